package io.waybill.ledger;

import io.waybill.ledger.StreamLedger.Progress;
import io.waybill.spi.ControlLogs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the control log from its first record to its end, and puts side by side what was said of one topic. */
final class LedgerReader {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.ledger");
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final int QUIET_WAITS = 4;
    /** Marks of audits are of no group. */
    private static final String NOBODY = "";

    private static final Manifest.Stream NOTHING =
            new Manifest.Stream("", 0, 0, new NumberSet(), new NumberSet(), new NumberSet());

    private final String topic;
    private final Map<StreamId, Life> lives = new HashMap<>();
    private final Map<Key, Group> groups = new HashMap<>();
    private long records;

    /** A group's part of a partition. */
    private record Key(String group, int partition) {}

    private static final class Life {
        @Nullable
        String producer;

        long opened = Long.MAX_VALUE;
        boolean closed;
        final Map<Integer, Said> streams = new TreeMap<>();

        String name(StreamId id) {
            return producer == null ? Long.toHexString(id.producer()) : producer;
        }
    }

    private static final class Said {
        Manifest.Stream latest = NOTHING;
        final History history = new History();
    }

    private static final class Group {
        /** The first record of it. */
        final long joined;

        long foreign;
        long corrupted;
        long misrouted;
        final Map<StreamId, Account> accounts = new HashMap<>();
        final Map<StreamId, History> histories = new HashMap<>();

        Group(long joined) {
            this.joined = joined;
        }
    }

    LedgerReader(String topic) {
        this.topic = topic;
    }

    Ledger read(ControlLogs logs) throws Exception {
        long end = ThreadLocalRandom.current().nextLong();
        boolean marked = mark(logs, end);
        try (ControlLogs.LogReader reader = logs.open(ManifestWriter.LOG, true)) {
            int quiet = 0;
            boolean ended = false;
            while (!ended) {
                List<byte[]> read = reader.read(WAIT);
                for (byte[] record : read) {
                    ended |= take(record, end);
                }
                quiet = read.isEmpty() ? quiet + 1 : 0;
                ended |= !marked && quiet == QUIET_WAITS;
            }
        }
        return ledger();
    }

    private boolean mark(ControlLogs logs, long end) {
        try {
            logs.append(ManifestWriter.LOG, new Mark(NOBODY, topic, 0, end).encode());
            return true;
        } catch (Exception e) {
            LOG.debug("The end of the control log cannot be marked; it is where nothing more comes", e);
            return false;
        }
    }

    /** Takes the next record; returns whether it is the mark of the end. */
    private boolean take(byte[] record, long end) {
        records++;
        Manifest.decode(record).ifPresent(this::take);
        GroupManifest.decode(record).filter(one -> one.topic().equals(topic)).ifPresent(this::take);
        Mark mark = Mark.decode(record).orElse(null);
        if (mark != null && mark.topic().equals(topic) && !mark.group().equals(NOBODY)) {
            Group unused = group(mark.group(), mark.partition());
        }
        return mark != null && mark.name() == end;
    }

    private Group group(String name, int partition) {
        return groups.computeIfAbsent(new Key(name, partition), key -> new Group(records));
    }

    private void take(Manifest manifest) {
        Life life = lives.computeIfAbsent(
                new StreamId(Contents.hash(manifest.producer()), manifest.epoch()), id -> new Life());
        life.producer = manifest.producer();
        life.closed |= manifest.kind() == Manifest.Kind.CLOSED;
        if (manifest.kind() == Manifest.Kind.OPENED) {
            life.opened = Math.min(life.opened, records);
        }
        for (Manifest.Stream stream : manifest.streams()) {
            if (stream.topic().equals(topic)) {
                Said said = life.streams.computeIfAbsent(stream.partition(), partition -> new Said());
                said.latest = stream;
                said.history.add(manifest.timeMillis(), stream.assigned());
            }
        }
    }

    private void take(GroupManifest manifest) {
        Group group = group(manifest.group(), manifest.partition());
        GroupManifest.Books books = manifest.books();
        group.foreign = books.foreign;
        group.corrupted = books.corrupted;
        group.misrouted = books.misrouted;
        books.streams.forEach((id, account) -> {
            Account before = group.accounts.put(id, account);
            if (before == null || account.finished.last() != before.finished.last()) {
                group.histories
                        .computeIfAbsent(id, unseen -> new History())
                        .add(manifest.timeMillis(), account.finished.last());
            }
        });
    }

    private Ledger ledger() {
        Map<Integer, Set<StreamId>> ids = new TreeMap<>();
        lives.forEach((id, life) -> life.streams.keySet().forEach(partition -> add(ids, partition, id)));
        groups.forEach((key, group) -> group.accounts.keySet().forEach(id -> add(ids, key.partition(), id)));
        List<StreamLedger> streams = new ArrayList<>();
        ids.forEach((partition, all) -> all.stream()
                .map(id -> stream(id, partition))
                .sorted(Comparator.comparingLong(LedgerReader::begin))
                .forEach(streams::add));
        List<Ledger.Receipts> receipts = new ArrayList<>();
        sorted().forEach(key -> {
            Group group = group(key.group(), key.partition());
            receipts.add(
                    new Ledger.Receipts(key.group(), key.partition(), group.foreign, group.corrupted, group.misrouted));
        });
        return new Ledger(topic, streams, receipts);
    }

    private static void add(Map<Integer, Set<StreamId>> ids, int partition, StreamId id) {
        boolean unused = ids.computeIfAbsent(partition, none -> new HashSet<>()).add(id);
    }

    private Set<Key> sorted() {
        Set<Key> sorted = new TreeSet<>(Comparator.comparing(Key::group).thenComparing(Key::partition));
        sorted.addAll(groups.keySet());
        return sorted;
    }

    private static long begin(StreamLedger stream) {
        return stream.history().isEmpty()
                ? Long.MAX_VALUE
                : stream.history().get(0).timeMillis();
    }

    private StreamLedger stream(StreamId id, int partition) {
        Life life = lives.getOrDefault(id, new Life());
        Said said = life.streams.getOrDefault(partition, new Said());
        List<GroupLedger> ledgers = new ArrayList<>();
        for (Key key : sorted()) {
            if (key.partition() == partition) {
                ledgers.add(ledger(key, id, life, said.latest));
            }
        }
        return new StreamLedger(
                life.name(id),
                id.epoch(),
                partition,
                life.closed,
                ProducerTotals.of(said.latest),
                said.latest.unknown().ranges(),
                said.latest.abandoned().ranges(),
                said.history.all(),
                ledgers);
    }

    private GroupLedger ledger(Key key, StreamId id, Life life, Manifest.Stream said) {
        Group group = group(key.group(), key.partition());
        Account account = group.accounts.get(id);
        if (account == null) { // nothing came yet: because it was sent before the group was there, or will come
            account = new Account(life.opened > group.joined && life.opened < Long.MAX_VALUE ? 0 : said.assigned());
        }
        NumberSet left = new NumberSet(said.acknowledged());
        left.addAll(account.seen);
        left.removeAll(account.finished);
        left.removeAll(account.lost);
        NumberSet before = new NumberSet(left);
        before.removeAll(account.seen);
        before.remove(account.before + 1, Math.max(account.before + 1, before.last()));
        History history = group.histories.getOrDefault(id, new History());
        return new GroupLedger(
                key.group(),
                before.count(),
                account.handled(),
                account.dead,
                account.filtered,
                left.count() - before.count(),
                account.lost.ranges(),
                account.duplicates,
                account.late,
                history.all());
    }

    /** So many points that a picture can show them, however long it lasted: every second one goes when there are too many. */
    private static final class History {
        private static final int MOST = 1_000;

        private final List<Progress> points = new ArrayList<>();
        private int every = 1;
        private int skipped;
        private @Nullable Progress last;

        void add(long timeMillis, long number) {
            last = new Progress(timeMillis, number);
            if (++skipped < every) {
                return;
            }
            skipped = 0;
            points.add(last);
            if (points.size() == MOST) {
                List<Progress> kept = new ArrayList<>();
                for (int i = 0; i < MOST; i += 2) {
                    kept.add(points.get(i));
                }
                points.clear();
                points.addAll(kept);
                every *= 2;
            }
        }

        List<Progress> all() {
            List<Progress> all = new ArrayList<>(points);
            if (last != null
                    && (points.isEmpty() || !points.get(points.size() - 1).equals(last))) {
                all.add(last);
            }
            return all;
        }
    }
}
