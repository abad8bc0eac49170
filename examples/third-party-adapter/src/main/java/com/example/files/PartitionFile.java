package com.example.files;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Records one behind the other in a file, and an index that says where each ends. The index is written last, so a record of
 * which a crash left only a part is none, and the next one takes its place. Files are opened for each call: what was deleted
 * meanwhile is noticed.
 */
final class PartitionFile {
    private static final int ENTRY = Long.BYTES;
    private static final int READ_BYTES = 1 << 20;

    private final Path data;
    private final Path index;
    private final Path lock;

    PartitionFile(Path folder, int number) {
        data = folder.resolve(number + ".data");
        index = folder.resolve(number + ".index");
        lock = folder.resolve(number + ".lock");
    }

    void create() throws IOException {
        Files.createFile(data);
        Files.write(index, new byte[ENTRY]); // what comes before the first record ends at 0
    }

    boolean exists() {
        return Files.exists(index);
    }

    /** Returns the first record's position when all are in the file, and on the disk if they are to be. */
    long append(List<byte[]> records, boolean flush) throws IOException {
        try (FileLease writing = FileLease.take(lock);
                FileChannel ends = FileChannel.open(index, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileChannel bytes = FileChannel.open(data, StandardOpenOption.WRITE)) {
            long position = count(ends);
            long from = end(ends, position);
            ByteArrayOutputStream together = new ByteArrayOutputStream();
            ByteBuffer entries = ByteBuffer.allocate(records.size() * ENTRY);
            for (byte[] record : records) {
                together.writeBytes(record);
                entries.putLong(from + together.size());
            }
            write(bytes, ByteBuffer.wrap(together.toByteArray()), from, flush);
            write(ends, entries.flip(), (position + 1) * ENTRY, flush);
            return position;
        }
    }

    /** The position that the next record will get. */
    long end() throws IOException {
        return Files.size(index) / ENTRY - 1;
    }

    /** Records from a position on, at most so many, and not many more than 1 MiB. */
    List<byte[]> read(long from, int most) throws IOException {
        List<byte[]> records = new ArrayList<>();
        try (FileChannel ends = FileChannel.open(index, StandardOpenOption.READ);
                FileChannel bytes = FileChannel.open(data, StandardOpenOption.READ)) {
            long last = Math.min(count(ends), from + most);
            long start = end(ends, from);
            long first = start;
            for (long position = from + 1; position <= last && start - first < READ_BYTES; position++) {
                long end = end(ends, position);
                records.add(read(bytes, start, (int) (end - start)).array());
                start = end;
            }
        }
        return records;
    }

    private static long count(FileChannel ends) throws IOException {
        return ends.size() / ENTRY - 1;
    }

    /** Where the records before a position end. */
    private static long end(FileChannel ends, long position) throws IOException {
        return read(ends, position * ENTRY, ENTRY).getLong(0);
    }

    private static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, from + bytes.position()) < 0) {
                throw new EOFException("The file ends before " + (from + length));
            }
        }
        return bytes;
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long to, boolean flush) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, to + bytes.position());
        }
        if (flush) {
            channel.force(false);
        }
    }
}
