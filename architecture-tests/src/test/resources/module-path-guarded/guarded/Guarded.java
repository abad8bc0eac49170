package guarded;

import io.github.resilience4j.retry.Retry;
import io.waybill.Consumer;
import io.waybill.Waybill;
import io.waybill.interceptors.ReceiveGuards;
import io.waybill.interceptors.SendGuards;
import io.waybill.message.Message;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Has its first attempt fail, and is handled by the second. */
public final class Guarded {
    private Guarded() {}

    public static void main(String[] arguments) throws Exception {
        Retry retry = Retry.ofDefaults("handling");
        CountDownLatch handled = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        try (Waybill waybill = Waybill.connect("memory:")) {
            waybill.admin().createTopic("orders", 1);
            Consumer consumer = waybill.consumer("billing")
                    .intercept(ReceiveGuards.builder().retry(retry).build())
                    .subscribe("orders", delivery -> {
                        if (calls.incrementAndGet() == 1) {
                            throw new IllegalStateException("once more");
                        }
                        System.out.println("handled " + delivery.message().text() + " after " + (calls.get() - 1)
                                + " retry in " + Guarded.class.getModule());
                        handled.countDown();
                    });
            waybill.producer("shop")
                    .intercept(SendGuards.builder().retry(Retry.ofDefaults("sending")).build())
                    .open()
                    .send(Message.to("orders").text("hello").build());
            if (!handled.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nothing arrived: " + consumer.health());
            }
        }
    }
}
