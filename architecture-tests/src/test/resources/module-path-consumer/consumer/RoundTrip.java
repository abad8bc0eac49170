package consumer;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sends one message and handles it. */
public final class RoundTrip {
    private RoundTrip() {}

    public static void main(String[] args) throws Exception {
        CountDownLatch handled = new CountDownLatch(1);
        try (Waybill waybill = Waybill.connect("memory:")) {
            waybill.admin().createTopic("orders", 1);
            Consumer consumer = waybill.consumer("billing").subscribe("orders", delivery -> {
                System.out.println("handled " + delivery.message().text() + " in "
                        + RoundTrip.class.getModule());
                handled.countDown();
            });
            Producer producer = waybill.producer("shop").open();
            producer.send(Message.to("orders").key("k").text("hello").build());
            if (!handled.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nothing arrived: " + consumer.health());
            }
        }
    }
}
