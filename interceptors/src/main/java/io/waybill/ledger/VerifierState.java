package io.waybill.ledger;

import io.waybill.message.TopicPartition;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * Where the books of groups are kept, so that they go with a partition from owner to owner and outlive a restart (rule W5).
 * What is kept is a few bytes for each interval of numbers; what the bytes mean is the verifier's business.
 *
 * <p>Implemented here in memory and in files, in waybill-stores-jdbc and waybill-stores-redis in databases. Safe for use by
 * many threads and, but for the one in memory, by many processes. Closed by whoever created it.
 */
public interface VerifierState extends AutoCloseable {
    /** What is kept of a partition. */
    final class Row {
        private final byte[] bytes;
        private final long version;

        /**
         * For stores and their tests.
         *
         * @param bytes the state; not copied
         * @param version rises by one with each save; 0 if nothing is kept yet
         */
        public Row(byte[] bytes, long version) {
            this.bytes = bytes;
            this.version = version;
        }

        /**
         * The state.
         *
         * @return the bytes, not copied
         */
        public byte[] bytes() {
            return bytes;
        }

        /**
         * How often it was saved.
         *
         * @return 0 if nothing is kept yet
         */
        public long version() {
            return version;
        }
    }

    /**
     * Reads.
     *
     * @param group the group
     * @param partitions of which
     * @return what is kept; partitions of which nothing is kept are left out
     * @throws Exception if it cannot be read: nobody knows then what was seen
     */
    Map<TopicPartition, Row> load(String group, Collection<TopicPartition> partitions) throws Exception;

    /**
     * Writes, each partition as a whole or not at all, and only if nobody else has written since.
     *
     * @param group the group
     * @param rows what to keep, each with the version that it was read or saved with last
     * @return those of which another version is kept, which stays as it is; the others are safe when this returns
     * @throws Exception if some may not be kept
     */
    Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws Exception;

    @Override
    default void close() {}

    /**
     * In the memory of this JVM: enough where one process does all the work of a group, and for tests. A restart begins anew:
     * what was sent before is not missed then.
     *
     * @return a new, empty state
     */
    static VerifierState memory() {
        return new MemoryState();
    }

    /**
     * In files of a folder, one for each partition of a group, replaced as a whole. For the processes of one machine; on
     * network file systems only where locks work.
     *
     * @param folder the folder; created if it is not there
     * @return a state over what the folder holds
     * @throws io.waybill.message.MessagingException INVALID if the folder cannot be created or written
     */
    static VerifierState files(Path folder) {
        return FileState.open(folder);
    }
}
