package io.waybill.cli.lab;

import io.waybill.ledger.Finding;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the lab itself knows of one scenario, without a look at any stamp: which texts were acknowledged to their producer, which
 * a handler was given, what was done to which number, and what the verification said. Safe for use by many threads.
 */
final class Books {
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> handled = ConcurrentHashMap.newKeySet();
    private final Map<String, String> names = new ConcurrentHashMap<>();
    private final AtomicInteger gone = new AtomicInteger();
    private final List<Fact> injected = new ArrayList<>();
    private final List<Fact> reported = new ArrayList<>();

    void acknowledged(String text) {
        acknowledged.add(text);
    }

    void handled(String text) {
        handled.add(text);
    }

    /** A producer that a finding may name, if only by its hash as long as no manifest was read. */
    void producer(String name) {
        names.put(hash(name), name);
    }

    static String hash(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return Long.toHexString(ByteBuffer.wrap(hash).getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    synchronized void injected(Fact fact) {
        injected.add(fact);
    }

    /** One more message is not to come to a handler as it was sent. */
    void gone() {
        gone.incrementAndGet();
    }

    int goneCount() {
        return gone.get();
    }

    synchronized void reported(Finding finding) {
        for (Fact fact : Fact.of(finding)) {
            String name = names.getOrDefault(fact.producer(), fact.producer());
            reported.add(new Fact(fact.verdict(), name, fact.topic(), fact.partition(), fact.number()));
        }
    }

    synchronized List<Fact> injected() {
        return sorted(injected);
    }

    /** One for each time that it was told. */
    synchronized List<Fact> reported() {
        return sorted(reported);
    }

    private static List<Fact> sorted(List<Fact> facts) {
        return facts.stream()
                .sorted(Comparator.comparing(Fact::topic)
                        .thenComparingInt(Fact::partition)
                        .thenComparingLong(Fact::number))
                .toList();
    }

    int handledCount() {
        return handled.size();
    }

    int acknowledgedCount() {
        return acknowledged.size();
    }

    boolean wasHandled(String text) {
        return handled.contains(text);
    }

    /** What was acknowledged and that no handler was given. */
    Set<String> missing() {
        Set<String> missing = new TreeSet<>(acknowledged);
        missing.removeAll(handled);
        return missing;
    }
}
