package io.waybill.examples;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * The shop's books: what was sold, and what each group did with it. Handlers may see an order twice, so orders are
 * counted by their numbers. Safe for use by many threads.
 */
final class Books {
    private final int orders;
    private final Map<Service, GroupBook> groups = new EnumMap<>(Service.class);
    private final BitSet sent = new BitSet();
    private final BitSet acknowledged = new BitSet();
    private final BitSet unknown = new BitSet();
    private final Map<ErrorKind, Long> sendFailures = new EnumMap<>(ErrorKind.class);
    private long firstSent;
    private long lastOutcome = System.nanoTime();

    Books(int orders) {
        this.orders = orders;
        Service.all().forEach(service -> groups.put(service, new GroupBook(service.label())));
    }

    GroupBook of(Service service) {
        GroupBook book = groups.get(service);
        if (book == null) {
            throw new IllegalStateException("No book for " + service);
        }
        return book;
    }

    synchronized void sent(Order order) {
        if (sent.isEmpty()) {
            firstSent = System.nanoTime();
        }
        sent.set(order.number());
    }

    synchronized void acknowledged(Order order) {
        acknowledged.set(order.number());
        lastOutcome = System.nanoTime();
    }

    synchronized void failed(Order order, Throwable failure) {
        Throwable real =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        ErrorKind kind = real instanceof MessagingException known ? known.kind() : ErrorKind.INTERNAL;
        sendFailures.merge(kind, 1L, Long::sum);
        if (kind == ErrorKind.OUTCOME_UNKNOWN) {
            unknown.set(order.number());
        }
    }

    private synchronized BitSet copy(BitSet set) {
        return (BitSet) set.clone();
    }

    private synchronized long failures() {
        return sendFailures.values().stream().mapToLong(Long::longValue).sum();
    }

    /** All orders were sent and have an outcome, and each group is done with each acknowledged order. */
    boolean complete() {
        BitSet held = copy(acknowledged);
        return held.cardinality() + failures() == orders
                && groups.values().stream().allMatch(book -> book.lost(held) == 0);
    }

    /** When something happened that brings the sale nearer to its end, by {@link System#nanoTime}. */
    long lastNews() {
        long latest = lastSale();
        for (GroupBook book : groups.values()) {
            latest = Math.max(latest, book.lastNews());
        }
        return latest;
    }

    private synchronized long lastSale() {
        return lastOutcome;
    }

    /** The books as they are now. */
    Report report(Map<String, Long> instances) {
        BitSet held = copy(acknowledged);
        BitSet open = copy(unknown);
        Map<String, Long> handled = new LinkedHashMap<>();
        List<String> discrepancies = new ArrayList<>();
        long redelivered = 0;
        long deadLettered = 0;
        long outOfOrder = 0;
        long lost = 0;
        for (Map.Entry<Service, GroupBook> entry : groups.entrySet()) {
            GroupBook book = entry.getValue();
            handled.put(entry.getKey().label(), book.handled());
            redelivered += book.redelivered();
            deadLettered += book.deadLettered();
            outOfOrder += book.outOfOrder();
            lost += book.lost(held);
            discrepancies.addAll(book.discrepancies(held, open));
        }
        synchronized (this) {
            long unsold = orders - held.cardinality() - failures();
            if (unsold > 0) {
                discrepancies.add("the gateway has no outcome for " + unsold + " of " + orders + " orders");
            }
            if (held.isEmpty()) {
                discrepancies.add("no order was acknowledged: " + sendFailures);
            }
            long nanos = sent.isEmpty() ? 0 : Math.max(0, lastNews() - firstSent);
            return new Report(
                    sent.cardinality(),
                    held.cardinality(),
                    sendFailures,
                    handled,
                    redelivered,
                    deadLettered,
                    outOfOrder,
                    lost,
                    nanos / 1e9,
                    instances,
                    discrepancies);
        }
    }
}
