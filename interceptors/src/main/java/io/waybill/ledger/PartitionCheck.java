package io.waybill.ledger;

import io.waybill.ledger.GroupManifest.Books;
import io.waybill.message.Delivery;
import io.waybill.spi.ReceiveLaneInterceptor.Ending;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a group has seen of one partition: all its streams, and what came without a number. It goes with the partition from
 * owner to owner.
 *
 * <p>Used by one thread at a time.
 */
final class PartitionCheck {
    private static final int VERSION = 1;
    /** The group's first mark is not known to be in the log yet. */
    private static final long NO_MARK = 0;

    private final String group;
    private final String topic;
    private final int partition;
    private final boolean log;
    private final Contents contents;
    private final Told told;
    private final Consumer<Finding> findings;

    private final Map<StreamId, StreamCheck> streams = new HashMap<>();
    /** The same streams' accounts, and what is counted beside them. */
    private Books books = new Books();

    private final Unsettled unsettled = new Unsettled();
    /** What ended without a handler, by any thread. */
    private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

    /** Which one came last: the next is mostly of the same. */
    private @Nullable StreamId latestId;

    private @Nullable StreamCheck latest;

    /** Streams of which nobody knows yet whether the group looked from their first number on. */
    private final Set<StreamId> undecided = new HashSet<>();

    /** Streams that are settled: what still comes of them is a copy. */
    private final Forgotten forgotten = new Forgotten();

    private long highestPosition = -1;
    /** What was written into the control log when the group began with the partition, and when this owner did. */
    private long joined = NO_MARK;

    private final long begun;

    /** Something ended without a handler. */
    private record Ended(StreamId id, long number, Ending ending) {}

    /**
     * @param log whether positions name copies, and rise with them; else the number of the attempt says what comes again
     * @param secret what seals are made with, or null
     * @param mark the mark that this owner writes into the control log; what comes of that is told by {@link #marked}
     */
    PartitionCheck(
            String group,
            String topic,
            int partition,
            boolean log,
            byte @Nullable [] secret,
            Told told,
            long mark,
            Consumer<Finding> findings) {
        this.group = group;
        this.topic = topic;
        this.partition = partition;
        this.log = log;
        this.contents = new Contents(topic, partition, secret);
        this.told = told;
        this.begun = mark;
        this.findings = findings;
    }

    /** Takes a delivery in its place; returns what it is. */
    Verdict arrived(Delivery delivery, long now) {
        boolean again = isAgain(delivery);
        byte[] header = delivery.waybill();
        if (header == null || !Stamp.isOn(header)) {
            books.foreign += again ? 0 : 1;
            return Verdict.FOREIGN;
        }
        StreamId id = id(header);
        long number = Stamp.number(header);
        if (!contents.isForHere(header)) {
            return found(Verdict.MISROUTED, id, number, again);
        }
        if (!contents.isGenuine(header, delivery.message())) {
            return found(Verdict.CORRUPTED, id, number, again); // whose number that is nobody knows
        }
        StreamCheck stream = stream(id, number);
        boolean known = stream == null || stream.account().seen.contains(number);
        Verdict verdict = stream == null ? settled(again) : stream.arrived(number, again, now);
        if (stream != null) {
            unsettled.add(delivery.position(), stream.account(), number);
            long confirmed = Stamp.confirmedTo(header);
            if (confirmed > 0) {
                stream.confirmed(Stamp.confirmedFrom(header), confirmed);
            }
        }
        if (!contents.isUnchanged(header, delivery.message())) {
            return found(Verdict.CORRUPTED, id, number, again && known); // a broker may give anew what nobody was given
        }
        return verdict == Verdict.DUPLICATE ? found(verdict, id, number, again) : verdict;
    }

    /** A number came of which all is known: its stream was closed, and all of it had come. */
    private Verdict settled(boolean again) {
        if (!again) {
            books.settled = books.settled.and(GroupTotals.ONE_DUPLICATE);
        }
        return again ? Verdict.DELIVERED : Verdict.DUPLICATE;
    }

    /** The control log surely has this owner's mark: the group has begun, if it had not before. */
    void marked() {
        joined = joined == NO_MARK ? begun : joined;
    }

    /** A delivery passes that is not looked at: its stream begins anew with the next one that is. */
    void passed(Delivery delivery) {
        boolean unused = isAgain(delivery);
        byte[] header = delivery.waybill();
        if (header != null && Stamp.isOn(header)) {
            StreamId id = id(header);
            StreamCheck stream = stream(id, Stamp.number(header));
            if (stream != null) {
                stream.lookAway();
                undecided.remove(id);
            }
        }
    }

    /** A delivery ended without a handler. For any thread. */
    void ended(Delivery delivery, Ending ending) {
        byte[] header = delivery.waybill();
        if (header != null && Stamp.isOn(header) && contents.isForHere(header)) {
            ended.add(
                    new Ended(new StreamId(Stamp.producer(header), Stamp.epoch(header)), Stamp.number(header), ending));
        }
    }

    /** What a settlement covers is finished; returns whether the books say something new. */
    boolean finished(long through, long... beyond) {
        boolean any = false;
        for (Ended one = ended.poll(); one != null; one = ended.poll()) {
            StreamCheck stream = streams.get(one.id);
            if (stream != null && stream.account().seen.contains(one.number)) {
                any |= stream.account().end(one.number, one.ending);
            }
        }
        boolean settled = unsettled.finish(through, beyond);
        return any || settled;
    }

    private boolean isAgain(Delivery delivery) {
        if (!log) {
            return delivery.attempt() > 1;
        }
        if (delivery.position() <= highestPosition) {
            return true;
        }
        highestPosition = delivery.position();
        return false;
    }

    private StreamId id(byte[] header) {
        StreamId known = latestId;
        long producer = Stamp.producer(header);
        long epoch = Stamp.epoch(header);
        return known != null && known.producer() == producer && known.epoch() == epoch
                ? known
                : new StreamId(producer, epoch);
    }

    /** Null if it is settled, and the number is one of those that are. */
    private @Nullable StreamCheck stream(StreamId id, long number) {
        if (latest != null && id.equals(latestId)) {
            return latest;
        }
        StreamCheck stream = streams.get(id);
        if (stream == null && forgotten.contains(id)) {
            if (number <= forgotten.last(id)) {
                return null;
            }
            stream = goOn(id);
        } else if (stream == null) {
            stream = begin(id, number - 1);
            if (number > 1) {
                undecided.add(id);
            }
        }
        latest = stream;
        latestId = id;
        return stream;
    }

    private StreamCheck begin(StreamId id, long before) {
        StreamCheck stream = new StreamCheck(before);
        streams.put(id, stream);
        books.streams.put(id, stream.account());
        return stream;
    }

    /** A producer that was taken for dead is not. */
    private StreamCheck goOn(StreamId id) {
        StreamCheck stream = begin(id, forgotten.last(id));
        forgotten.remove(id);
        return stream;
    }

    private void decide(long now) {
        if (told.hasRead(begun)) {
            marked();
        }
        told.forEachLife((id, life) -> {
            Manifest.Stream said = life.stream(topic, partition);
            if (said == null || streams.containsKey(id)) {
                return;
            }
            if (forgotten.contains(id)) {
                StreamCheck unused = said.acknowledged().last() > forgotten.last(id) ? goOn(id) : null;
            } else if (joined != NO_MARK && told.openedBehind(id, joined, begun)) {
                StreamCheck unused = begin(id, 0); // nothing of it came yet, and all of it is to come
            }
        });
        undecided.removeIf(id -> {
            StreamCheck stream = streams.get(id);
            if (stream != null && joined != NO_MARK && told.openedBehind(id, joined, begun)) {
                stream.missHead(now);
                return true;
            }
            return stream == null || (told.hasRead(begun) && told.life(id).isPresent());
        });
    }

    /** Told once, however often it comes. */
    private Verdict found(Verdict verdict, StreamId id, long number, boolean again) {
        if (!again) {
            books.corrupted += verdict == Verdict.CORRUPTED ? 1 : 0;
            books.misrouted += verdict == Verdict.MISROUTED ? 1 : 0;
            tell(verdict, id, List.of(new NumberRange(number, number)));
        }
        return verdict;
    }

    private void tell(Verdict verdict, StreamId id, List<NumberRange> numbers) {
        String producer = told.life(id).map(Told.Life::producer).orElseGet(() -> Long.toHexString(id.producer()));
        findings.accept(new Finding(verdict, group, producer, id.epoch(), topic, partition, numbers, Instant.now()));
    }

    /** Looks again at every gap that was noticed before a time; returns whether something was found. */
    boolean check(long oldest, long now) {
        decide(now);
        boolean any = false;
        for (Map.Entry<StreamId, StreamCheck> stream : streams.entrySet()) {
            if (stream.getValue().isSuspicious()) {
                any |= tellLost(stream.getKey(), stream.getValue().check(toldOf(stream.getKey()), oldest));
            }
        }
        return any;
    }

    private boolean tellLost(StreamId id, NumberSet lost) {
        if (!lost.isEmpty()) {
            tell(Verdict.LOST, id, lost.ranges());
        }
        return !lost.isEmpty();
    }

    private Manifest.@Nullable Stream toldOf(StreamId id) {
        return told.life(id).map(life -> life.stream(topic, partition)).orElse(null);
    }

    /**
     * Since when something has been missing behind the last message that came, for the stream of which it is longest.
     *
     * @return 0 if nothing is
     */
    long tailSince(long now) {
        long longest = 0;
        for (Map.Entry<StreamId, StreamCheck> stream : streams.entrySet()) {
            Manifest.Stream said = toldOf(stream.getKey());
            long since = said == null ? 0 : stream.getValue().tailSince(said, now);
            longest = since != 0 && (longest == 0 || since - longest < 0) ? since : longest;
        }
        return longest;
    }

    /** The broker has delivered all that it held when it was asked, after the given time; returns whether something was found. */
    boolean checkTails(long asked, long now) {
        boolean any = false;
        for (Map.Entry<StreamId, StreamCheck> stream : streams.entrySet()) {
            Manifest.Stream said = toldOf(stream.getKey());
            long since = said == null ? 0 : stream.getValue().tailSince(said, now);
            if (said != null && since != 0 && since - asked < 0) {
                any |= tellLost(stream.getKey(), stream.getValue().checkTail(said));
            }
        }
        return any;
    }

    /** What a group says of the partition. */
    Books books() {
        return books;
    }

    GroupTotals totals() {
        return GroupTotals.of(
                books,
                streams.values().stream().mapToLong(StreamCheck::suspected).sum());
    }

    private boolean isSettled(StreamId id, StreamCheck stream) {
        boolean silent = told.isSilent(id);
        Manifest.Stream last = silent || told.isClosed(id) ? toldOf(id) : null;
        return last != null && !undecided.contains(id) && stream.isSettled(last, silent);
    }

    /**
     * Keeps only the names of streams that nothing will happen to any more, and those only as long as the control log knows them:
     * so the books do not grow for ever (rule W5). Returns whether anything was forgotten.
     */
    boolean forgetSettled() {
        int before = streams.size();
        streams.entrySet().removeIf(stream -> {
            boolean settled = isSettled(stream.getKey(), stream.getValue());
            if (settled) {
                forget(stream.getKey(), stream.getValue().account());
            }
            return settled;
        });
        boolean any = before != streams.size();
        if (told.hasRead(begun)) {
            any |= forgotten.removeIf(id -> told.life(id).isEmpty());
        }
        latest = null;
        latestId = null;
        return any;
    }

    private void forget(StreamId id, Account account) {
        forgotten.add(id, account.last());
        books.streams.remove(id);
        books.settled = books.settled.and(GroupTotals.of(account));
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        Varint.write(out, highestPosition + 1);
        out.writeLong(joined);
        Varint.write(out, undecided.size());
        for (StreamId id : undecided) {
            id.writeTo(out);
        }
        forgotten.writeTo(out);
        books.writeTo(out);
    }

    /** Goes on where another owner of the partition was; fails with an IOException on what {@link #writeTo} did not write. */
    void readFrom(DataInput in, long now) throws IOException {
        int version = in.readByte();
        if (version != VERSION) {
            throw new IOException("State of version " + version + ", which this one does not know");
        }
        highestPosition = Varint.read(in) - 1;
        joined = in.readLong();
        for (long i = GroupManifest.count(in); i > 0; i--) {
            undecided.add(StreamId.readFrom(in));
        }
        forgotten.readFrom(in);
        books = Books.readFrom(in);
        books.streams.forEach((id, account) -> streams.put(id, StreamCheck.of(account, now)));
    }

    /** Takes over what another owner of the partition has written meanwhile. */
    void merge(DataInput in, long now) throws IOException {
        PartitionCheck other = new PartitionCheck(group, topic, partition, log, null, told, begun, finding -> {});
        other.readFrom(in, now);
        for (StreamId id : other.forgotten.ids()) { // whoever forgot it has seen all of it
            StreamCheck own = streams.remove(id);
            if (own != null) {
                forget(id, own.account());
            }
        }
        other.streams.keySet().removeAll(forgotten.ids());
        other.streams.forEach((id, stream) -> {
            StreamCheck own = streams.get(id);
            if (own == null) {
                streams.put(id, stream);
                books.streams.put(id, stream.account());
            } else {
                own.merge(stream);
            }
        });
        undecided.addAll(other.undecided);
        latest = null;
        latestId = null;
        books.foreign = Math.max(books.foreign, other.books.foreign);
        books.corrupted = Math.max(books.corrupted, other.books.corrupted);
        books.misrouted = Math.max(books.misrouted, other.books.misrouted);
        highestPosition = Math.max(highestPosition, other.highestPosition);
        joined = other.joined == NO_MARK ? joined : other.joined;
    }
}
