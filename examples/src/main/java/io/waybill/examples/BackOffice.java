package io.waybill.examples;

import io.waybill.Consumer;
import io.waybill.Waybill;
import io.waybill.message.DeadLetter;
import io.waybill.message.RefusedException;

/** Looks through the dead letters of all services: orders that a service could not handle however often it tried. */
final class BackOffice implements AutoCloseable {
    private final Waybill waybill;
    private final Consumer consumer;

    BackOffice(String uri, Names names, Books books) {
        waybill = Waybill.connect(uri);
        consumer = waybill.consumer(names.backOffice())
                .subscribe(names.deadOrders(), Order.CODEC, (delivery, order) -> {
                    DeadLetter why = DeadLetter.of(delivery)
                            .orElseThrow(() -> new RefusedException("This says not why it is a dead letter"));
                    books.of(names.service(why.group())).deadLettered(order);
                });
    }

    boolean working() {
        return !consumer.assignment().isEmpty();
    }

    @Override
    public void close() {
        waybill.close();
    }
}
