package io.waybill.ledger;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The streams of a partition that were settled, so that their books could be closed: their names, and up to which number. Kept
 * as long as the control log may tell of them, else whoever reads that anew would expect them again.
 */
final class Forgotten {
    private final Map<StreamId, Long> last = new HashMap<>();

    void add(StreamId id, long number) {
        last.put(id, number);
    }

    boolean contains(StreamId id) {
        return last.containsKey(id);
    }

    /** The last number that was settled; 0 if the stream is not one of these. */
    long last(StreamId id) {
        return last.getOrDefault(id, 0L);
    }

    void remove(StreamId id) {
        last.remove(id);
    }

    boolean removeIf(Predicate<StreamId> gone) {
        return last.keySet().removeIf(gone);
    }

    Set<StreamId> ids() {
        return Set.copyOf(last.keySet());
    }

    void writeTo(DataOutput out) throws IOException {
        Varint.write(out, last.size());
        for (Map.Entry<StreamId, Long> stream : last.entrySet()) {
            stream.getKey().writeTo(out);
            Varint.write(out, stream.getValue());
        }
    }

    void readFrom(DataInput in) throws IOException {
        for (long i = GroupManifest.count(in); i > 0; i--) {
            last.put(StreamId.readFrom(in), Varint.read(in));
        }
    }
}
