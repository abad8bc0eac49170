package io.waybill.cli.lab;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.ledger.Stamping;
import io.waybill.message.Message;
import io.waybill.message.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** A stamping producer in a JVM of its own: URI, topic. Sends until it is killed, and prints what was acknowledged. */
final class ProducerMain {
    /** So many are on their way when it is killed. */
    static final int AT_ONCE = 10;

    private static final long PAUSE_NANOS = 5_000_000;

    private ProducerMain() {}

    @SuppressWarnings("resource") // they end with this JVM, by force
    public static void main(String[] arguments) {
        Producer producer = Waybill.connect(arguments[0])
                .producer(Stage.PRODUCER)
                .interceptLane(Stamping.create().manifestEvery(Stage.MANIFESTS))
                .open();
        String life = UUID.randomUUID().toString();
        for (int i = 0; ; i += AT_ONCE) {
            List<CompletableFuture<Receipt>> sends = new ArrayList<>();
            for (int k = i; k < i + AT_ONCE; k++) {
                Message message = Message.to(arguments[1])
                        .key("k" + k)
                        .text(life + "/" + k)
                        .build();
                sends.add(producer.sendAsync(message).whenComplete((receipt, failure) -> {
                    if (failure == null) {
                        System.out.println(ChildInstance.acknowledged(message.text()));
                    }
                }));
            }
            sends.forEach(CompletableFuture::join);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
