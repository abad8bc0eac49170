package com.example.files;

import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Sender;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Appends on a thread of its own, so that no caller waits for the disk and the next batch forms meanwhile. */
final class FilesSender implements Sender {
    private final Folder folder;
    private final FilesAdmin admin;
    private final ExecutorService writer;

    FilesSender(Folder folder, FilesAdmin admin, String producer) {
        this.folder = folder;
        this.admin = admin;
        this.writer = Executors.newSingleThreadExecutor(task -> new Thread(task, "files-" + producer));
    }

    @Override
    public TopicDescription describe(String topic) throws IOException {
        return admin.describeTopic(topic)
                .orElseThrow(() -> new FilesException(ErrorKind.NOT_FOUND, "Topic '" + topic + "' does not exist"));
    }

    @Override
    public Lane openLane(TopicDescription topic, int partition) {
        return new FilesLane(folder.partition(new TopicPartition(topic.name(), partition)));
    }

    @Override
    public int maxBatchesInFlight() {
        return 1;
    }

    @Override
    public int maxBatchMessages() {
        return 1_000;
    }

    @Override
    public int maxBatchBytes() {
        return 1 << 20;
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return Optional.empty();
    }

    @Override
    public void close(Duration timeout) {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                writer.shutdownNow().forEach(waiting -> ((Append) waiting).refuse(closed()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static IOException closed() {
        return new FilesException(ErrorKind.CLOSED, "The sender was closed before this was written");
    }

    // snippet lane
    private final class FilesLane implements Lane {
        private final PartitionFile file;

        FilesLane(PartitionFile file) {
            this.file = file;
        }

        @Override
        public boolean open() {
            return file.exists();
        }

        @Override
        public void send(List<? extends Outgoing> batch) {
            Append append = new Append(file, List.copyOf(batch), folder.flush);
            try {
                writer.execute(append);
            } catch (RejectedExecutionException e) {
                append.refuse(closed());
            }
        }
    }

    /** Each message ends in one of three ways; unknown is what may be in the file, or may not. */
    private record Append(PartitionFile file, List<Outgoing> batch, boolean flush) implements Runnable {
        @Override
        public void run() {
            try {
                List<byte[]> records = new ArrayList<>();
                for (Outgoing outgoing : batch) {
                    records.add(MessageRecord.encode(outgoing));
                }
                long position = file.append(records, flush);
                for (Outgoing outgoing : batch) {
                    outgoing.stored(position++, new Durability(1, flush));
                }
            } catch (NoSuchFileException e) { // the topic was deleted: nothing was opened, so nothing was written
                refuse(e);
            } catch (IOException | RuntimeException e) {
                batch.forEach(outgoing -> outgoing.unknown(e));
            }
        }

        void refuse(IOException reason) {
            batch.forEach(outgoing -> outgoing.refused(reason));
        }
    }
    // snippet end
}
