package io.waybill.examples;

import io.waybill.Consumer;
import io.waybill.Waybill;
import io.waybill.message.RetryPolicy;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** One running instance of a service, with a connection of its own, as a process of its own would have. */
final class Instance implements AutoCloseable {
    private static final RetryPolicy THREE_ATTEMPTS =
            RetryPolicy.attempts(3).backoff(Duration.ofMillis(20), Duration.ofMillis(200));

    private final String name;
    private final LongAdder handled = new LongAdder();
    private final Waybill waybill;
    private final Consumer consumer;

    Instance(String uri, Names names, Service service, int number, Books books) {
        name = service.label() + "-" + number;
        GroupBook book = books.of(service);
        waybill = Waybill.connect(uri);
        consumer = waybill.consumer(names.group(service))
                .retry(THREE_ATTEMPTS)
                .deadLetterTopic(names.deadOrders())
                .subscribe(names.orders(), Order.CODEC, (delivery, order) -> {
                    book.arrived(order);
                    service.handle(order, delivery.attempt());
                    book.handled(order);
                    handled.increment();
                });
    }

    String name() {
        return name;
    }

    long handled() {
        return handled.sum();
    }

    /** How many partitions are its share of the work now. */
    int partitions() {
        return consumer.assignment().size();
    }

    /** Finishes what it has in hand, gives its partitions to the other instances, and leaves. */
    @Override
    public void close() {
        waybill.close();
    }
}
