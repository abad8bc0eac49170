package io.waybill.benchmarks.clients;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import io.waybill.message.Receipt;
import java.util.concurrent.CompletableFuture;

/** Waybill as one uses it, with its defaults. */
final class WaybillClient implements Client {
    private final Workplace workplace;
    private final Waybill waybill;

    WaybillClient(Workplace workplace) {
        this.workplace = workplace;
        this.waybill = Waybill.connect(workplace.uri());
    }

    @Override
    public Sending sending() {
        return new WaybillSending(waybill.producer("bench").open(), workplace.topic());
    }

    @Override
    public AutoCloseable consuming(Handling handling) {
        Consumer consumer = waybill.consumer(Workplace.GROUP)
                .ordering(workplace.ordering())
                .concurrency(workplace.concurrency())
                .subscribe(
                        workplace.topic(),
                        delivery -> handling.handle(delivery.message().body()));
        return consumer;
    }

    @Override
    public void close() {
        waybill.close();
    }

    private record WaybillSending(Producer producer, String topic) implements Sending {
        private Message message(int key, byte[] body) {
            return Message.to(topic).key(Workplace.key(key)).body(body).build();
        }

        @Override
        public CompletableFuture<Receipt> send(int key, byte[] body) {
            return producer.sendAsync(message(key, body));
        }

        @Override
        public void sendAndWait(int key, byte[] body) {
            Receipt unused = producer.send(message(key, body));
        }

        @Override
        public void close() {
            producer.close();
        }
    }
}
