package io.waybill.engine;

import io.waybill.engine.MemberRecord.Kind;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ControlLogs;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Membership for brokers that have none (rule C9). Members meet on the group's control log: each says who it is and what
 * it owns, at once when that changes and regularly otherwise; each hears the others and computes the same fair shares.
 *
 * <p>Safety is not its part: the broker lets one member own a partition at a time, so a member that hears nobody may
 * only take what nobody owns. One thread of its own reads and writes the log; the polling thread reads {@link #target}.
 */
final class Coordinator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.membership");
    private static final Duration LISTEN = Duration.ofMillis(100);
    private static final Duration TIME_TO_ANSWER = LISTEN.multipliedBy(3);

    private record Peer(long heardAt, Set<String> topics, Set<TopicPartition> owned) {}

    private final ControlLogs logs;
    private final String log;
    private final String self;
    private final Set<String> topics;
    private final Set<TopicPartition> all;
    private final long beatNanos;
    private final long sessionNanos;
    private final Runnable onChange;
    private final Map<String, Peer> peers = new HashMap<>();
    private final Thread thread;
    private volatile Set<TopicPartition> owned = Set.of();
    private volatile boolean announce = true;
    private volatile boolean closing;
    private volatile @Nullable Set<TopicPartition> target;
    private Kind nextKind = Kind.HELLO;
    private long lastBeat;
    /** When the first hello was held by the log; the others had no time to answer before. */
    private long greetedAt;

    private boolean greeted;

    Coordinator(
            ControlLogs logs, String group, String self, Set<TopicPartition> all, Duration session, Runnable onChange) {
        this.logs = logs;
        this.log = "waybill.members." + group;
        this.self = self;
        this.all = Set.copyOf(all);
        this.topics = all.stream().map(TopicPartition::topic).collect(Collectors.toUnmodifiableSet());
        this.sessionNanos = Nanos.of(session);
        this.beatNanos = sessionNanos / 10;
        this.onChange = onChange;
        this.thread = Threads.platform("waybill-members-" + group, this::run);
        thread.start();
    }

    /** What this member shall own; null until the others had time to answer its hello. */
    @Nullable
    Set<TopicPartition> target() {
        return target;
    }

    /** Tells the others what this member owns now. */
    void owns(Set<TopicPartition> partitions) {
        owned = Set.copyOf(partitions);
        announce = true;
    }

    private void run() {
        while (!closing) {
            try {
                logs.create(log);
                try (ControlLogs.LogReader reader = logs.open(log, false)) {
                    meet(reader);
                }
            } catch (Throwable e) {
                if (!closing) {
                    LOG.warn("Member {} cannot use {}; it keeps its partitions and tries again", self, log, e);
                    pause();
                }
            }
        }
    }

    private void meet(ControlLogs.LogReader reader) throws Exception {
        nextKind = Kind.HELLO;
        announce = true;
        while (!closing) {
            if (announce || System.nanoTime() - lastBeat >= beatNanos) {
                announce = false;
                logs.append(log, MemberRecord.encode(nextKind, self, topics, owned));
                nextKind = Kind.BEAT;
                lastBeat = System.nanoTime();
                if (!greeted) {
                    greeted = true;
                    greetedAt = lastBeat;
                }
            }
            for (byte[] record : reader.read(LISTEN)) {
                MemberRecord.decode(record).ifPresent(this::hear);
            }
            peers.values().removeIf(peer -> System.nanoTime() - peer.heardAt() > sessionNanos);
            compute();
        }
    }

    private void hear(MemberRecord record) {
        if (record.member().equals(self)) {
            return;
        }
        if (record.kind() == Kind.BYE) {
            peers.remove(record.member());
            return;
        }
        boolean stranger =
                peers.put(record.member(), new Peer(System.nanoTime(), record.topics(), record.owned())) == null;
        if (stranger || record.kind() == Kind.HELLO) {
            announce = true;
        }
    }

    private void compute() {
        if (!greeted || System.nanoTime() - greetedAt < TIME_TO_ANSWER.toNanos()) {
            return;
        }
        Map<String, Set<TopicPartition>> claims = new HashMap<>();
        Map<String, Set<String>> readers = new HashMap<>();
        peers.forEach((name, peer) -> {
            claims.put(name, peer.owned());
            peer.topics()
                    .forEach(topic ->
                            readers.computeIfAbsent(topic, t -> new HashSet<>()).add(name));
        });
        claims.put(self, owned);
        topics.forEach(
                topic -> readers.computeIfAbsent(topic, t -> new HashSet<>()).add(self));
        Set<TopicPartition> share = Set.copyOf(FairShare.of(all, self, readers, claims));
        if (!share.equals(target)) {
            LOG.debug("Member {} of {} shall own {}", self, claims.size(), share);
            target = share;
            onChange.run();
        }
    }

    private void pause() {
        try {
            Thread.sleep(LISTEN.toMillis() * 5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says good-bye, so that the others take over at once. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(1000);
            logs.append(log, MemberRecord.encode(Kind.BYE, self, Set.of(), Set.of()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debug("Member {} could not say good-bye; the others notice within the session", self, e);
        }
    }
}
