package com.example.files;

import io.waybill.spi.ControlLogs;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Control logs, each like a partition of a topic. */
final class FilesControlLogs implements ControlLogs {
    private static final long LOOK_NANOS = 5_000_000;

    private final Folder folder;

    FilesControlLogs(Folder folder) {
        this.folder = folder;
    }

    // snippet logs
    @Override
    public void create(String name) throws IOException {
        if (!file(name).exists()) {
            boolean unused = folder.create(folder.logs(), name, 1);
        }
    }

    @Override
    public void append(String name, byte[] record) throws IOException {
        long unused = file(name).append(List.of(record), false);
    }

    @Override
    public LogReader open(String name, boolean fromFirst) throws IOException {
        PartitionFile file = file(name);
        return new Reader(file, fromFirst ? 0 : file.end());
    }
    // snippet end

    private PartitionFile file(String name) {
        return new PartitionFile(folder.logs().resolve(name), 0);
    }

    private static final class Reader implements LogReader {
        private final PartitionFile file;
        private long next;

        Reader(PartitionFile file, long next) {
            this.file = file;
            this.next = next;
        }

        @Override
        public List<byte[]> read(Duration timeout) throws IOException {
            long end = System.nanoTime() + timeout.toNanos();
            while (file.end() == next && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
            List<byte[]> records = file.read(next, Integer.MAX_VALUE);
            next += records.size();
            return records;
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
