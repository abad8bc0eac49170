package com.example.files;

import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.GroupDescription;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicPartition;
import io.waybill.message.TopicSpec;
import io.waybill.spi.AdminOperations;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Topics and groups. */
final class FilesAdmin implements AdminOperations {
    private final Folder folder;

    FilesAdmin(Folder folder) {
        this.folder = folder;
    }

    @Override
    public void createTopic(TopicSpec spec) throws IOException {
        if (spec.copies() > 1) {
            throw new FilesException(ErrorKind.INVALID, "There is one copy of a file, not " + spec.copies());
        }
        if (!folder.create(folder.topics(), spec.name(), spec.partitions())) {
            throw new FilesException(ErrorKind.ALREADY_EXISTS, "Topic '" + spec.name() + "' exists already");
        }
    }

    @Override
    public Optional<TopicDescription> describeTopic(String topic) throws IOException {
        folder.check();
        int partitions = folder.partitions(topic);
        return partitions == 0
                ? Optional.empty()
                : Optional.of(new TopicDescription(topic, partitions, new Durability(1, folder.flush)));
    }

    @Override
    public Set<String> topics() throws IOException {
        folder.check();
        return Set.copyOf(Folder.names(folder.topics()));
    }

    @Override
    public void deleteTopic(String topic) throws IOException {
        folder.check();
        if (!folder.deleteTopic(topic)) {
            throw new FilesException(ErrorKind.NOT_FOUND, "Topic '" + topic + "' does not exist");
        }
    }

    @Override
    public Optional<GroupDescription> describeGroup(String group) throws IOException {
        folder.check();
        try (FileLease lease = folder.lockGroup(group)) {
            int members = folder.members(group);
            Map<TopicPartition, Long> positions = folder.positions(group);
            return members == 0 && positions.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new GroupDescription(group, members, positions));
        }
    }

    @Override
    public Set<String> groups() throws IOException {
        folder.check();
        return Set.copyOf(Folder.names(folder.positions()));
    }

    @Override
    public void deleteGroup(String group) throws IOException {
        folder.check();
        try (FileLease lease = folder.lockGroup(group)) {
            refuseMembers(group);
            if (!folder.deleteGroup(group)) {
                throw new FilesException(ErrorKind.NOT_FOUND, "Group '" + group + "' does not exist");
            }
        }
    }

    // snippet reset
    @Override
    public void resetGroup(String group, String topic, StartPosition position) throws IOException {
        folder.check();
        try (FileLease lease = folder.lockGroup(group)) {
            refuseMembers(group);
            for (int i = 0, n = folder.partitions(topic); i < n; i++) {
                TopicPartition partition = new TopicPartition(topic, i);
                long next = position == StartPosition.first()
                        ? 0
                        : folder.partition(partition).end();
                folder.position(group, partition, next);
            }
        }
    }
    // snippet end

    private void refuseMembers(String group) throws IOException {
        int members = folder.members(group);
        if (members > 0) {
            throw new FilesException(
                    ErrorKind.REFUSED, "Group '" + group + "' has " + members + " members. Close its consumers first");
        }
    }
}
