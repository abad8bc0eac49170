package com.example.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock that has one holder in all processes; that of a process that dies is free at once. The operating system's locks
 * belong to processes, and closing a file frees all locks that the process has on it: so who holds one within this process
 * is kept in a set, and a file is only opened by whom the set lets.
 */
final class FileLease implements AutoCloseable {
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();
    private static final long LOOK_NANOS = 100_000;

    private final Path file;
    private final FileChannel channel;

    private FileLease(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Empty if somebody else has it. */
    static Optional<FileLease> tryTake(Path file) throws IOException {
        if (!HELD_HERE.add(file)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            taken = channel.tryLock() != null;
            return taken ? Optional.of(new FileLease(file, channel)) : Optional.empty();
        } finally {
            if (!taken) {
                if (channel != null) {
                    channel.close();
                }
                HELD_HERE.remove(file);
            }
        }
    }

    /** Waits for it. */
    static FileLease take(Path file) throws IOException {
        while (true) {
            Optional<FileLease> lease = tryTake(file);
            if (lease.isPresent()) {
                return lease.get();
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    static boolean isTaken(Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        Optional<FileLease> lease = tryTake(file);
        if (lease.isPresent()) {
            lease.get().close();
        }
        return lease.isEmpty();
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD_HERE.remove(file);
        }
    }
}
