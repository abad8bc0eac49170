package com.example.files;

import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ClaimingReceiver;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.ReceiverSink;
import io.waybill.spi.Settlement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Reads the partitions whose locks it holds, one after the other. */
final class FilesReceiver implements LogReceiver, ClaimingReceiver {
    private static final long LOOK_NANOS = 5_000_000;

    /** An owned partition. */
    private static final class Owned {
        final FileLease lease;
        final PartitionFile file;
        long next;

        Owned(FileLease lease, PartitionFile file) {
            this.lease = lease;
            this.file = file;
        }
    }

    private final Folder folder;
    private final String group;
    private final int batchMessages;
    private final FileLease membership;
    /** What gave messages last comes last. */
    private final Map<TopicPartition, Owned> owned = new LinkedHashMap<>();

    private final Set<TopicPartition> paused = new HashSet<>();
    private final AtomicBoolean woken = new AtomicBoolean();

    FilesReceiver(Folder folder, ReceiverOptions options) throws IOException {
        this.folder = folder;
        this.group = options.group();
        this.batchMessages = options.batchMessages();
        try (FileLease lease = folder.lockGroup(group)) {
            membership = folder.join(group, options.member());
        }
    }

    // --- ownership: the core's coordinator asks, the operating system's locks decide

    // snippet own
    @Override
    public int partitions(String topic) throws IOException {
        return folder.partitions(topic);
    }

    @Override
    public boolean tryOwn(TopicPartition partition) throws IOException {
        Optional<FileLease> lease = FileLease.tryTake(folder.ownerLock(group, partition));
        lease.ifPresent(taken -> owned.put(partition, new Owned(taken, folder.partition(partition))));
        return lease.isPresent();
    }

    @Override
    public void release(TopicPartition partition) throws IOException {
        Owned given = owned.remove(partition);
        if (given != null) {
            paused.remove(partition);
            given.lease.close();
        }
    }

    @Override
    public boolean hasOwner(TopicPartition partition) throws IOException {
        return FileLease.isTaken(folder.ownerLock(group, partition));
    }
    // snippet end

    // --- messages

    // snippet poll
    @Override
    public void poll(Duration timeout, ReceiverSink sink) throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!deliver(sink) && !woken.getAndSet(false) && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Messages of one partition, or news of it; false if there is neither. */
    private boolean deliver(ReceiverSink sink) throws IOException {
        for (TopicPartition name : List.copyOf(owned.keySet())) {
            Owned one = owned.get(name);
            try {
                long end = one.file.end();
                if (one.next > end) { // another topic of the same name
                    sink.positionOutOfRange(name, one.next);
                    return true;
                }
                if (!paused.contains(name) && one.next < end) {
                    List<Delivery> batch = new ArrayList<>();
                    for (byte[] record : one.file.read(one.next, batchMessages)) {
                        batch.add(MessageRecord.decode(name, one.next++, record));
                    }
                    owned.put(name, owned.remove(name));
                    sink.deliver(name, batch);
                    return true;
                }
            } catch (NoSuchFileException e) {
                release(name);
                sink.lost(List.of(name), new FilesException(ErrorKind.NOT_FOUND, "The topic was deleted"));
                return true;
            }
        }
        return false;
    }
    // snippet end

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        paused.addAll(partitions);
        paused.retainAll(owned.keySet());
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        paused.removeAll(partitions);
    }

    @Override
    public void wakeup() {
        woken.set(true);
    }

    // --- positions

    @Override
    public void settle(Collection<Settlement> settlements, boolean confirmed) throws IOException {
        for (Settlement settlement : settlements) {
            folder.position(group, settlement.partition(), settlement.next());
        }
    }

    @Override
    public long remaining(TopicPartition partition) throws IOException {
        Owned one = owned.get(partition);
        if (one == null) {
            throw new FilesException(ErrorKind.UNAVAILABLE, partition + " is not owned any more");
        }
        return one.file.end() - one.next;
    }

    @Override
    public Map<TopicPartition, Long> committed(Collection<TopicPartition> partitions) throws IOException {
        Map<TopicPartition, Long> found = new HashMap<>();
        for (TopicPartition partition : partitions) {
            folder.position(group, partition).ifPresent(position -> found.put(partition, position));
        }
        return found;
    }

    @Override
    public boolean knowsGroup(String topic) throws IOException {
        return folder.positions(group).keySet().stream()
                .anyMatch(partition -> partition.topic().equals(topic));
    }

    @Override
    public long first(TopicPartition partition) {
        return 0;
    }

    @Override
    public long end(TopicPartition partition) throws IOException {
        return folder.partition(partition).end();
    }

    @Override
    public long at(TopicPartition partition, Instant time) {
        throw new UnsupportedOperationException("The core refuses a start at a time, which this adapter cannot");
    }

    @Override
    public void seek(TopicPartition partition, long position) {
        Owned one = owned.get(partition);
        if (one != null) {
            one.next = position;
        }
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return Optional.empty();
    }

    @Override
    public void close(Duration timeout) {
        try {
            for (TopicPartition partition : List.copyOf(owned.keySet())) {
                release(partition);
            }
            membership.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
