package io.waybill.ledger;

import io.waybill.Waybill;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.spi.Adapter;
import io.waybill.spi.ControlLogs;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What producers and groups have said of a topic, side by side (rule W6): each number that was sent is in one state. Read from the
 * control log {@code waybill.manifests}, so it reaches back as far as that log does, and is a few seconds behind. Immutable.
 *
 * @param topic the topic
 * @param streams one for each partition and life of a producer, in the order of partitions and of time
 * @param receipts one for each partition and group: what came without being one of a stream's numbers
 */
public record Ledger(String topic, List<StreamLedger> streams, List<Receipts> receipts) {
    /**
     * Copies the lists.
     *
     * @param topic the topic
     * @param streams the streams
     * @param receipts what came beside
     */
    public Ledger {
        streams = List.copyOf(streams);
        receipts = List.copyOf(receipts);
    }

    /**
     * What came to a group from a partition without being one of a stream's numbers.
     *
     * @param group the group
     * @param partition the partition
     * @param foreign how many messages without a number
     * @param corrupted how many that were not what was sent
     * @param misrouted how many that belong elsewhere
     */
    public record Receipts(String group, int partition, long foreign, long corrupted, long misrouted) {}

    /**
     * Reads all that was said of a topic until now. Blocks for as long as the log takes to read. Writes a mark of some 20 bytes into the
     * log, to know where its end is; where it may not, the end is where nothing more comes for two seconds.
     *
     * @param waybill a connection to the broker
     * @param topic the topic; it need not exist any more
     * @return what was said; empty if nobody said anything
     * @throws MessagingException UNSUPPORTED if the broker has no control logs, or what it says if the log cannot be read
     */
    public static Ledger read(Waybill waybill, String topic) {
        Adapter adapter = waybill.unwrap(Adapter.class);
        ControlLogs logs = adapter.controlLogs()
                .orElseThrow(() -> new MessagingException(
                        ErrorKind.UNSUPPORTED,
                        "The " + adapter.name() + " adapter has no control logs: nobody keeps books there."));
        try {
            return new LedgerReader(topic).read(logs);
        } catch (Exception e) {
            throw new MessagingException(
                    adapter.classify(e),
                    "The control log '" + ManifestWriter.LOG + "' cannot be read at " + adapter.endpoint()
                            + ": has a producer with Stamping ever been opened there, and may this user read it?",
                    e);
        }
    }

    /**
     * The same, of one group only.
     *
     * @param group the group
     * @return without the other groups' books
     */
    public Ledger of(String group) {
        return new Ledger(
                topic,
                streams.stream().map(stream -> stream.of(group)).toList(),
                receipts.stream()
                        .filter(receipt -> receipt.group().equals(group))
                        .toList());
    }

    /**
     * What producers say, by their names.
     *
     * @return the sums over all lives and partitions, in the order of names
     */
    public Map<String, ProducerTotals> producers() {
        Map<String, ProducerTotals> sums = new TreeMap<>();
        streams.forEach(stream -> sums.merge(stream.producer(), stream.totals(), ProducerTotals::and));
        return sums;
    }

    /**
     * How many messages are lost.
     *
     * @return the sum over all streams and groups
     */
    public long lost() {
        return streams.stream()
                .flatMap(stream -> stream.groups().stream())
                .mapToLong(GroupLedger::lostCount)
                .sum();
    }
}
