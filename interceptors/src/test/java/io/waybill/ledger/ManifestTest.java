package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ManifestTest {
    private static final int ENOUGH = 1 << 20;

    private static NumberSet numbers(long... ends) {
        NumberSet set = new NumberSet();
        for (int i = 0; i < ends.length; i += 2) {
            set.add(ends[i], ends[i + 1]);
        }
        return set;
    }

    private static Manifest.Stream stream(int partition) {
        return new Manifest.Stream("orders", partition, 100, numbers(1, 50, 52, 90), numbers(51, 51), numbers(91, 95));
    }

    private static Manifest manifest(Manifest.Kind kind, Manifest.Stream... streams) {
        return new Manifest("order-service", 0x1234_5678_9abcL, kind, 1_700_000_000_000L, List.of(streams));
    }

    @Test
    void everythingComesBack() {
        for (Manifest.Kind kind : Manifest.Kind.values()) {
            Manifest manifest = manifest(kind, stream(0), stream(1));
            List<byte[]> records = manifest.encode(ENOUGH);
            assertThat(records).hasSize(1);
            assertThat(Manifest.decode(records.get(0))).contains(manifest);
        }
    }

    @Test
    void aPartitionThatNoTopicHasIsNotBelieved() {
        for (int partition : new int[] {1 << 21, Integer.MAX_VALUE}) {
            byte[] record = manifest(Manifest.Kind.PERIODIC, stream(partition))
                    .encode(ENOUGH)
                    .get(0);
            assertThat(Manifest.decode(record)).isEmpty();
        }
    }

    @Test
    void aLongOneIsSeveralRecordsOfWhichTheLastCloses() {
        List<Manifest.Stream> streams = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            streams.add(stream(i));
        }
        Manifest manifest = manifest(Manifest.Kind.CLOSED, streams.toArray(new Manifest.Stream[0]));
        List<byte[]> records = manifest.encode(500);

        assertThat(records).hasSizeGreaterThan(3).allMatch(record -> record.length < 600);
        List<Manifest> parts = records.stream()
                .map(record -> Manifest.decode(record).orElseThrow())
                .toList();
        assertThat(parts.subList(0, parts.size() - 1)).allMatch(part -> part.kind() == Manifest.Kind.PERIODIC);
        assertThat(parts.get(parts.size() - 1).kind()).isEqualTo(Manifest.Kind.CLOSED);
        assertThat(parts.stream().flatMap(part -> part.streams().stream())).containsExactlyElementsOf(streams);
    }

    @Test
    void oneWithoutStreamsIsARecord() {
        List<byte[]> records = manifest(Manifest.Kind.OPENED).encode(ENOUGH);
        assertThat(records).hasSize(1);
        assertThat(Manifest.decode(records.get(0))).contains(manifest(Manifest.Kind.OPENED));
    }

    @Test
    void whatIsNoneIsNoneAndMoreAtTheEndIsIgnored() {
        byte[] record =
                manifest(Manifest.Kind.PERIODIC, stream(0)).encode(ENOUGH).get(0);
        assertThat(Manifest.decode(Arrays.copyOf(record, record.length + 3))).isPresent();
        for (int length = 0; length < record.length; length++) {
            assertThat(Manifest.decode(Arrays.copyOf(record, length))).isEqualTo(Optional.empty());
        }
        byte[] later = record.clone();
        later[0] = 2;
        assertThat(Manifest.decode(later)).isEmpty();
        byte[] unknownKind = record.clone();
        unknownKind[1] = 9;
        assertThat(Manifest.decode(unknownKind)).isEmpty();
    }
}
