package io.waybill.examples;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one group did with the orders. Made by {@link Books}; safe for use by many threads. */
final class GroupBook {
    private static final int SHOWN = 10;

    private final String label;
    private final BitSet arrived = new BitSet();
    private final BitSet handled = new BitSet();
    private final BitSet deadLettered = new BitSet();
    private final BitSet outOfOrder = new BitSet();
    private final Map<String, Integer> lastArrived = new HashMap<>();
    private final Map<String, Integer> lastHandled = new HashMap<>();
    private long handledAgain;
    private long lastNews = System.nanoTime();

    GroupBook(String label) {
        this.label = label;
    }

    /** An attempt begins. The first one of an order must not come after one of a later order of the customer. */
    synchronized void arrived(Order order) {
        first(order, arrived, lastArrived);
    }

    /** An attempt succeeded. It must not come after the success of a later order of the customer either. */
    synchronized void handled(Order order) {
        if (!first(order, handled, lastHandled)) {
            handledAgain++;
        }
    }

    synchronized void deadLettered(Order order) {
        lastNews = System.nanoTime();
        deadLettered.set(order.number());
    }

    private boolean first(Order order, BitSet seen, Map<String, Integer> last) {
        if (seen.get(order.number())) {
            return false;
        }
        lastNews = System.nanoTime();
        seen.set(order.number());
        Integer before = last.get(order.customer());
        if (before == null || before < order.number()) {
            last.put(order.customer(), order.number());
        } else {
            outOfOrder.set(order.number());
        }
        return true;
    }

    synchronized long handled() {
        return handled.cardinality();
    }

    synchronized long redelivered() {
        return handledAgain;
    }

    synchronized long deadLettered() {
        return deadLettered.cardinality();
    }

    synchronized long outOfOrder() {
        return outOfOrder.cardinality();
    }

    synchronized long lost(BitSet acknowledged) {
        return missing(acknowledged).cardinality();
    }

    /** When an order was handled or given up for the first time, as the last of them. */
    synchronized long lastNews() {
        return lastNews;
    }

    /** What does not add up, for people: each acknowledged order is either handled or a dead letter, and nothing else is. */
    synchronized List<String> discrepancies(BitSet acknowledged, BitSet unknown) {
        BitSet neverSold = accounted();
        neverSold.andNot(acknowledged);
        neverSold.andNot(unknown);
        BitSet both = (BitSet) handled.clone();
        both.and(deadLettered);
        List<String> discrepancies = new ArrayList<>();
        add(discrepancies, "lost", missing(acknowledged));
        add(discrepancies, "saw out of order", outOfOrder);
        add(discrepancies, "got, though the gateway was told that nobody has them,", neverSold);
        add(discrepancies, "handled, and yet has as dead letters,", both);
        return discrepancies;
    }

    private void add(List<String> discrepancies, String what, BitSet orders) {
        if (!orders.isEmpty()) {
            List<Integer> shown = orders.stream().limit(SHOWN).boxed().toList();
            discrepancies.add(label + " " + what + " " + orders.cardinality() + " orders: numbers " + shown
                    + (orders.cardinality() > SHOWN ? " and more" : ""));
        }
    }

    private BitSet accounted() {
        BitSet accounted = (BitSet) handled.clone();
        accounted.or(deadLettered);
        return accounted;
    }

    private BitSet missing(BitSet acknowledged) {
        BitSet missing = (BitSet) acknowledged.clone();
        missing.andNot(accounted());
        return missing;
    }
}
