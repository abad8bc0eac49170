package io.waybill.examples;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import io.waybill.message.Receipt;
import java.util.concurrent.CountDownLatch;

/** The smallest program: one topic, one group, one message. */
public final class Quickstart {
    private Quickstart() {}

    /** Needs no broker; with {@code kafka://localhost:9092} instead of {@code memory:} it runs on that one. */
    public static void main(String[] args) throws InterruptedException {
        // snippet
        try (Waybill waybill = Waybill.connect("memory:")) { // or kafka://localhost:9092
            waybill.admin().ensureTopic("orders", 4);

            CountDownLatch charged = new CountDownLatch(1);
            waybill.consumer("billing").concurrency(64).subscribe("orders", delivery -> {
                System.out.println("charging for " + delivery.message().text()); // return = ack, throw = retry
                charged.countDown();
            });

            Producer orders = waybill.producer("order-service").open();
            Message order =
                    Message.to("orders").key("customer-17").text("1 umbrella").build();
            Receipt receipt = orders.send(order); // returns when the broker holds it
            System.out.println("the broker holds it: " + receipt);
            charged.await();
        }
        // snippet
    }
}
