package com.example.files;

import io.waybill.message.ErrorKind;
import io.waybill.message.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The broker: a folder, and where everything is in it.
 *
 * <pre>
 * topics/TOPIC/N.data, N.index, N.lock     a partition
 * logs/LOG/0.data ...                      a control log
 * positions/GROUP/TOPIC/N                  a group's position
 * locks/GROUP/group                        held while the group's members or positions are looked at or changed
 * locks/GROUP/members/MEMBER               held as long as the member lives
 * locks/GROUP/owners/TOPIC:N               held by the partition's owner
 * moving/                                  what is being created or deleted
 * </pre>
 */
final class Folder {
    final Path root;
    final boolean flush;

    Folder(Path root, boolean flush) {
        this.root = root.toAbsolutePath().normalize();
        this.flush = flush;
    }

    void check() throws IOException {
        if (!Files.isDirectory(root)) {
            throw new FilesException(ErrorKind.UNAVAILABLE, "there is no folder " + root);
        }
    }

    // --- topics and control logs

    Path topics() {
        return root.resolve("topics");
    }

    Path logs() {
        return root.resolve("logs");
    }

    /** How many partitions a topic has; 0 if there is no such topic. */
    int partitions(String topic) throws IOException {
        return (int) names(topics().resolve(topic)).stream()
                .filter(name -> name.endsWith(".index"))
                .count();
    }

    PartitionFile partition(TopicPartition partition) {
        return new PartitionFile(topics().resolve(partition.topic()), partition.partition());
    }

    /** Creates partitions, all or none; false if something of this name is there. */
    boolean create(Path parent, String name, int partitions) throws IOException {
        check();
        Path made = Files.createDirectories(moving());
        for (int i = 0; i < partitions; i++) {
            new PartitionFile(made, i).create();
        }
        Files.createDirectories(parent);
        try {
            Files.move(made, parent.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            delete(made);
            if (Files.exists(parent.resolve(name))) {
                return false;
            }
            throw e;
        }
        if (flush) {
            for (Path folder : List.of(parent.resolve(name), parent, root)) {
                try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
                    entries.force(true);
                }
            }
        }
        return true;
    }

    /** Deletes a topic with what groups know of it; false if there is none. */
    boolean deleteTopic(String topic) throws IOException {
        Path gone = moving();
        Files.createDirectories(gone.getParent());
        try {
            Files.move(topics().resolve(topic), gone, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return false;
        }
        delete(gone);
        for (String group : names(positions())) {
            delete(positions().resolve(group).resolve(topic));
        }
        return true;
    }

    private Path moving() {
        return root.resolve("moving").resolve(UUID.randomUUID().toString());
    }

    // --- groups

    Path positions() {
        return root.resolve("positions");
    }

    Map<TopicPartition, Long> positions(String group) throws IOException {
        Map<TopicPartition, Long> found = new HashMap<>();
        for (String topic : names(positions().resolve(group))) {
            for (int i = 0, n = partitions(topic); i < n; i++) {
                TopicPartition partition = new TopicPartition(topic, i);
                position(group, partition).ifPresent(position -> found.put(partition, position));
            }
        }
        return found;
    }

    OptionalLong position(String group, TopicPartition partition) throws IOException {
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(positionFile(group, partition))));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    // snippet position
    /** Whoever reads it meanwhile, and a crash, finds the old position or the new one. */
    void position(String group, TopicPartition partition, long next) throws IOException {
        Path file = positionFile(group, partition);
        Files.createDirectories(file.getParent());
        Path written = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(written, Long.toString(next));
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    }
    // snippet end

    /** False if there is none. */
    boolean deleteGroup(String group) throws IOException {
        Path known = positions().resolve(group);
        boolean exists = Files.exists(known);
        delete(known);
        return exists;
    }

    private Path positionFile(String group, TopicPartition partition) {
        return positions().resolve(group).resolve(partition.topic()).resolve(Integer.toString(partition.partition()));
    }

    /** To be held while a group's members or positions are looked at or changed. */
    FileLease lockGroup(String group) throws IOException {
        return FileLease.take(lockFile(group, "", "group"));
    }

    /** For who holds the group's lock: enters the group until the lease is closed. */
    FileLease join(String group, String member) throws IOException {
        return FileLease.take(lockFile(group, "members", member));
    }

    /** For who holds the group's lock: how many members live. */
    int members(String group) throws IOException {
        int alive = 0;
        for (String member : names(locks(group).resolve("members"))) {
            Path file = lockFile(group, "members", member);
            if (FileLease.isTaken(file)) {
                alive++;
            } else {
                Files.deleteIfExists(file);
            }
        }
        return alive;
    }

    Path ownerLock(String group, TopicPartition partition) throws IOException {
        return lockFile(group, "owners", partition.topic() + ":" + partition.partition());
    }

    private Path locks(String group) {
        return root.resolve("locks").resolve(group);
    }

    private Path lockFile(String group, String kind, String name) throws IOException {
        return Files.createDirectories(locks(group).resolve(kind)).resolve(name);
    }

    // --- the file system

    /** The names in a folder; none if it does not exist. */
    static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
