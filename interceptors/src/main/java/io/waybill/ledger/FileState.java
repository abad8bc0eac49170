package io.waybill.ledger;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * State in files: 4 bytes of CRC-32C over the rest, 8 of version, the state. A file is written beside and moved into its place. A
 * lock file keeps processes apart, and an object for each folder the threads of one process, whose locks on files would collide.
 */
final class FileState implements VerifierState {
    private static final int HEADER = 12;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long LOOK_NANOS = 1_000_000;
    private static final Map<Path, Object> LOCKS = new ConcurrentHashMap<>();

    private final Path folder;
    private final Object lock;
    private final UUID own = UUID.randomUUID();

    private FileState(Path folder) throws IOException {
        this.folder = folder;
        this.lock = LOCKS.computeIfAbsent(folder.toRealPath(), path -> new Object());
    }

    static FileState open(Path folder) {
        try {
            Files.createDirectories(folder);
            FileState state = new FileState(folder);
            boolean unused = state.locked(() -> true);
            return state;
        } catch (IOException e) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "The folder '" + folder + "' for the verifier's state cannot be written. Name one that can be.",
                    e);
        }
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    private <T> T locked(Work<T> work) throws IOException {
        synchronized (lock) {
            try (FileChannel channel =
                    FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                FileLock ofProcess = acquire(channel);
                try {
                    return work.run();
                } finally {
                    ofProcess.release();
                }
            }
        }
    }

    /** Not for ever: a process may have been stopped while it held the lock. */
    private FileLock acquire(FileChannel channel) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        FileLock ofProcess = channel.tryLock();
        while (ofProcess == null) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("Another process holds the lock of the folder '" + folder
                        + "' for the verifier's state all the time: was it stopped?");
            }
            LockSupport.parkNanos(LOOK_NANOS);
            ofProcess = channel.tryLock();
        }
        return ofProcess;
    }

    @Override
    public Map<TopicPartition, Row> load(String group, Collection<TopicPartition> partitions) throws IOException {
        return locked(() -> {
            Map<TopicPartition, Row> found = new HashMap<>();
            for (TopicPartition partition : partitions) {
                Optional<Row> row = read(file(group, partition));
                row.ifPresent(kept -> found.put(partition, kept));
            }
            return found;
        });
    }

    /** What takes time, writing to the disk, is done before the lock is taken. */
    @Override
    public Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws IOException {
        synchronized (lock) {
            Map<TopicPartition, Path> written = new HashMap<>();
            try {
                for (Map.Entry<TopicPartition, Row> entry : rows.entrySet()) {
                    Path beside = beside(file(group, entry.getKey()));
                    written.put(entry.getKey(), beside);
                    write(beside, entry.getValue());
                }
                return locked(() -> replace(group, rows, written));
            } finally {
                for (Path beside : written.values()) {
                    boolean unused = Files.deleteIfExists(beside);
                }
            }
        }
    }

    private Set<TopicPartition> replace(String group, Map<TopicPartition, Row> rows, Map<TopicPartition, Path> written)
            throws IOException {
        Set<TopicPartition> refused = new HashSet<>();
        for (Map.Entry<TopicPartition, Path> entry : written.entrySet()) {
            Path file = file(group, entry.getKey());
            Row row = rows.get(entry.getKey());
            if (row != null && row.version() == read(file).map(Row::version).orElse(0L)) {
                move(entry.getValue(), file);
            } else {
                refused.add(entry.getKey());
            }
        }
        return refused;
    }

    /** Others write elsewhere; in containers all may have the same process number. */
    private Path beside(Path file) {
        return file.resolveSibling(file.getFileName() + "." + own + ".new");
    }

    /** Names of groups and topics are of characters that files may have; ~ is none of them. */
    private Path file(String group, TopicPartition partition) {
        return folder.resolve(group + "~" + partition.topic() + "~" + partition.partition());
    }

    private static Optional<Row> read(Path file) throws IOException {
        byte[] all;
        try {
            all = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(all);
        if (all.length < HEADER || buffer.getInt() != crc(all)) {
            throw new IOException(
                    "File '" + file + "' of the verifier's state is damaged. Delete it: the group begins anew"
                            + " with this partition, and misses nothing that was sent before.");
        }
        long version = buffer.getLong();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return Optional.of(new Row(bytes, version));
    }

    /** With the version that it has once it is saved. */
    private static void write(Path beside, Row row) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(HEADER + row.bytes().length);
        buffer.putInt(0).putLong(row.version() + 1).put(row.bytes());
        buffer.putInt(0, crc(buffer.array()));
        buffer.flip();
        try (FileChannel channel = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (buffer.hasRemaining()) {
                int unused = channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private static void move(Path beside, Path file) throws IOException {
        try {
            Path unused = Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Path unused = Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static int crc(byte[] file) {
        CRC32C crc = new CRC32C();
        crc.update(file, Integer.BYTES, file.length - Integer.BYTES);
        return (int) crc.getValue();
    }
}
