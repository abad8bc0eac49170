package io.waybill.ledger;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the control log tells: of each stream the newest that its producer said, and what came before what. Written by the
 * thread that reads the log, read by those that check.
 */
final class Told {
    /** Who lives says all each hour. Should it be a clock that is wrong, who goes on is heard again. */
    private static final long DEAD_MILLIS = TimeUnit.HOURS.toMillis(25);

    private final Map<StreamId, Life> lives = new ConcurrentHashMap<>();
    private final Map<Long, Long> marks = new ConcurrentHashMap<>();
    private final String group;
    private long records;
    private volatile long newestMillis;

    /** @param group whose marks are of interest */
    Told(String group) {
        this.group = group;
    }

    /** One life of a producer. */
    static final class Life {
        private final String producer;
        private final ByPartition<Manifest.Stream> streams = new ByPartition<>();
        private volatile long opened = -1;
        private volatile boolean closed;
        private volatile long lastMillis;

        private Life(String producer) {
            this.producer = producer;
        }

        String producer() {
            return producer;
        }

        Manifest.@Nullable Stream stream(String topic, int partition) {
            return streams.get(topic, partition);
        }
    }

    /** Takes the next record of the log. Who reads the log anew gives the same records again, which does no harm. */
    void read(byte[] record) {
        records++;
        Manifest.decode(record).ifPresent(this::read);
        Mark.decode(record).filter(mark -> mark.group().equals(group)).ifPresent(mark -> {
            Long unused = marks.putIfAbsent(mark.name(), records);
        });
    }

    private void read(Manifest manifest) {
        Life life = lives.computeIfAbsent(
                new StreamId(Contents.hash(manifest.producer()), manifest.epoch()),
                id -> new Life(manifest.producer()));
        for (Manifest.Stream stream : manifest.streams()) {
            life.streams.put(stream.topic(), stream.partition(), stream);
        }
        if (manifest.kind() == Manifest.Kind.OPENED && life.opened < 0) {
            life.opened = records;
        }
        life.closed |= manifest.kind() == Manifest.Kind.CLOSED;
        life.lastMillis = Math.max(life.lastMillis, manifest.timeMillis());
        newestMillis = Math.max(newestMillis, manifest.timeMillis());
    }

    /** Whether its producer has said its last word. */
    boolean isClosed(StreamId id) {
        Life life = lives.get(id);
        return life != null && life.closed;
    }

    /** Whether its producer has said nothing for so long that it is closed, or was killed. */
    boolean isSilent(StreamId id) {
        Life life = lives.get(id);
        return life != null && newestMillis - life.lastMillis > DEAD_MILLIS;
    }

    Optional<Life> life(StreamId id) {
        return Optional.ofNullable(lives.get(id));
    }

    void forEachLife(BiConsumer<StreamId, Life> action) {
        lives.forEach(action);
    }

    /** Whether a mark has come back from the log, and so everything that was there before it. */
    boolean hasRead(long mark) {
        return marks.containsKey(mark);
    }

    /**
     * Whether a life surely began behind a mark.
     *
     * @param mark which; perhaps no longer in the log
     * @param later a mark that was written behind it
     */
    boolean openedBehind(StreamId id, long mark, long later) {
        Life life = lives.get(id);
        if (life == null || life.opened < 0 || !hasRead(later)) {
            return false;
        }
        Long at = marks.get(mark);
        return at == null || life.opened > at; // what is in the log still is younger than what is not
    }
}
