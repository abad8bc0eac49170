package io.waybill.benchmarks.clients;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.ledger.Stamping;
import io.waybill.ledger.Verification;
import io.waybill.message.Message;
import io.waybill.message.Receipt;
import java.util.concurrent.CompletableFuture;

/** Waybill as one uses it, with its defaults; and with stamps and their verification. */
final class WaybillClient implements Client {
    private final Workplace workplace;
    private final Waybill waybill;

    private final boolean ledger;

    WaybillClient(Workplace workplace) {
        this(workplace, false);
    }

    private WaybillClient(Workplace workplace, boolean ledger) {
        this.workplace = workplace;
        this.waybill = Waybill.connect(workplace.uri());
        this.ledger = ledger;
    }

    static WaybillClient withLedger(Workplace workplace) {
        return new WaybillClient(workplace, true);
    }

    @Override
    public Sending sending() {
        Producer.Builder producer = waybill.producer("bench");
        if (ledger) {
            producer = producer.interceptLane(Stamping.create());
        }
        return new WaybillSending(producer.open(), workplace.topic());
    }

    @Override
    public AutoCloseable consuming(Handling handling) {
        Consumer.Builder consumer =
                waybill.consumer(Workplace.GROUP).ordering(workplace.ordering()).concurrency(workplace.concurrency());
        if (ledger) {
            consumer = consumer.interceptLane(Verification.create());
        }
        return consumer.subscribe(
                workplace.topic(),
                delivery -> handling.handle(delivery.message().body()));
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
