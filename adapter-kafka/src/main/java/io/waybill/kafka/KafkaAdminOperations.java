package io.waybill.kafka;

import io.waybill.message.Durability;
import io.waybill.message.GroupDescription;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicPartition;
import io.waybill.message.TopicSpec;
import io.waybill.spi.AdminOperations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Topics and groups, over one admin client that is made when it is first needed. */
final class KafkaAdminOperations implements AdminOperations, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaAdminOperations.class);
    private static final Duration SETTLE = Duration.ofSeconds(10);
    private static final Duration CLOSE = Duration.ofSeconds(5);
    private static final long LOOK_AGAIN_MILLIS = 20;

    /** A topic with what the broker's settings make of it. */
    record Topic(List<TopicPartitionInfo> partitions, Durability durability, int maxMessageBytes) {}

    private final KafkaSettings settings;
    private final AtomicBoolean toldOfRights = new AtomicBoolean();
    /** When topics were created here, of {@link System#nanoTime}: for a moment not every node knows them. */
    private final Map<String, Long> created = new ConcurrentHashMap<>();

    /** Before, nobody can have anything under way that a close would wait for. */
    private volatile boolean reached;

    private @Nullable Admin client;
    private boolean closed;

    KafkaAdminOperations(KafkaSettings settings) {
        this.settings = settings;
    }

    synchronized Admin client() {
        if (closed) {
            throw new IllegalStateException("The Kafka adapter is closed");
        }
        if (client == null) {
            client = Admin.create(settings.admin());
        }
        return client;
    }

    void reach(Duration timeout) throws Exception {
        long millis = Math.max(1, timeout.toMillis());
        try {
            String unused = await(
                    client().describeCluster(new DescribeClusterOptions().timeoutMs((int) millis))
                            .clusterId(),
                    Duration.ofMillis(millis));
            reached = true;
        } catch (TimeoutException | java.util.concurrent.TimeoutException e) {
            throw new TimeoutException(
                    settings.endpoint() + " takes connections, but does not answer this client (" + settings.manner()
                            + ") within the timeout. Do tls and sasl.mechanism fit the listener, and can the broker's"
                            + " advertised.listeners be reached from here?",
                    e);
        } catch (SslAuthenticationException e) {
            throw new SslAuthenticationException(
                    "TLS with " + settings.endpoint() + " failed ("
                            + (e.getCause() == null ? e : e.getCause()).getMessage()
                            + "). Does the listener speak TLS, is its certificate made for this host name, and does"
                            + " tls.truststore trust it?",
                    e);
        }
    }

    @Override
    public void createTopic(TopicSpec spec) throws Exception {
        createTopic(spec.name(), spec.partitions(), spec.copies());
    }

    /** Fails with {@link org.apache.kafka.common.errors.TopicExistsException} if it exists; 0 copies: the broker's default. */
    void createTopic(String name, int partitions, int copies) throws Exception {
        NewTopic topic = new NewTopic(
                name, Optional.of(partitions), copies == 0 ? Optional.empty() : Optional.of((short) copies));
        Void unused = await(client().createTopics(List.of(topic)).all());
        created.values().removeIf(since -> System.nanoTime() - since > SETTLE.toNanos());
        created.put(name, System.nanoTime());
        settle("Topic '" + name + "' was created, but not all its partitions have a leader", () -> {
            Optional<Topic> found = find(name);
            return found.isPresent()
                    && found.get().partitions().size() == partitions
                    && found.get().partitions().stream()
                            .allMatch(partition -> partition.leader() != null
                                    && !partition.leader().isEmpty());
        });
        awaitLeaders(name, partitions);
    }

    /**
     * Waits until each leader answers. One that does not lead yet refuses a producer's first batch; if it takes the second a
     * moment later, the first is out of sequence for good.
     */
    private void awaitLeaders(String name, int partitions) throws Exception {
        List<org.apache.kafka.common.TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new org.apache.kafka.common.TopicPartition(name, partition))
                .toList();
        var unused =
                await(whileNew(name, () -> listOffsets(all, OffsetSpec.latest()).toCompletionStage()));
    }

    /** A request about a topic, made again as long as a node may not have heard of the topic yet. */
    private <T> CompletionStage<T> whileNew(String topic, Supplier<CompletionStage<T>> request) {
        return request.get().exceptionallyCompose(failure -> {
            Long since = created.get(topic);
            boolean young = since != null && System.nanoTime() - since < SETTLE.toNanos();
            if (!young || !(cause(failure) instanceof UnknownTopicOrPartitionException)) {
                return CompletableFuture.failedFuture(failure);
            }
            Executor later = CompletableFuture.delayedExecutor(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            return CompletableFuture.supplyAsync(() -> whileNew(topic, request), later)
                    .thenCompose(again -> again);
        });
    }

    @Override
    public Optional<TopicDescription> describeTopic(String topic) throws Exception {
        return find(topic)
                .map(found -> new TopicDescription(topic, found.partitions().size(), found.durability()));
    }

    @Override
    public Set<String> topics() throws Exception {
        return await(client().listTopics().names()).stream()
                .filter(name -> !name.startsWith("__"))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void deleteTopic(String topic) throws Exception {
        created.remove(topic);
        Void unused = await(client().deleteTopics(List.of(topic)).all());
        settle(
                "Topic '" + topic + "' is being deleted, but is still there",
                () -> find(topic).isEmpty());
    }

    @Override
    public Optional<GroupDescription> describeGroup(String group) throws Exception {
        Optional<ConsumerGroupDescription> found = findGroup(group);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Map<TopicPartition, Long> positions = new HashMap<>();
        await(client().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        positions.put(new TopicPartition(partition.topic(), partition.partition()), offset.offset());
                    }
                });
        return Optional.of(new GroupDescription(group, found.get().members().size(), positions));
    }

    @Override
    public Set<String> groups() throws Exception {
        return await(client().listGroups(ListGroupsOptions.forConsumerGroups()).all()).stream()
                .map(GroupListing::groupId)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void deleteGroup(String group) throws Exception {
        Void unused = await(client().deleteConsumerGroups(List.of(group)).all());
    }

    @Override
    public void resetGroup(String group, String topic, StartPosition position) throws Exception {
        int members = findGroup(group).map(found -> found.members().size()).orElse(0);
        if (members > 0) {
            throw hasMembers(group);
        }
        OffsetSpec wanted = position instanceof StartPosition.At at
                ? OffsetSpec.forTimestamp(Math.max(0, at.time().toEpochMilli()))
                : position == StartPosition.End.FIRST ? OffsetSpec.earliest() : OffsetSpec.latest();
        List<org.apache.kafka.common.TopicPartition> partitions = await(describe(topic)).partitions().stream()
                .map(info -> new org.apache.kafka.common.TopicPartition(topic, info.partition()))
                .toList();
        Map<org.apache.kafka.common.TopicPartition, OffsetAndMetadata> targets = new HashMap<>();
        List<org.apache.kafka.common.TopicPartition> beyondEnd = new ArrayList<>();
        offsets(partitions, wanted).forEach((partition, found) -> {
            if (found.offset() < 0) {
                beyondEnd.add(partition);
            } else {
                targets.put(partition, new OffsetAndMetadata(found.offset()));
            }
        });
        offsets(beyondEnd, OffsetSpec.latest())
                .forEach((partition, found) -> targets.put(partition, new OffsetAndMetadata(found.offset())));
        try {
            Void unused =
                    await(client().alterConsumerGroupOffsets(group, targets).all());
        } catch (UnknownMemberIdException e) {
            throw hasMembers(group);
        }
    }

    /** Fails with {@link UnknownTopicOrPartitionException} if there is none, and never creates it. */
    CompletionStage<Topic> describe(String topic) {
        return whileNew(topic, () -> describeOnce(topic));
    }

    private CompletionStage<Topic> describeOnce(String topic) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        CompletionStage<Optional<Config>> configs = client().describeConfigs(List.of(resource))
                .all()
                .toCompletionStage()
                .thenApply(all -> Optional.ofNullable(all.get(resource)))
                .exceptionally(failure -> {
                    if (cause(failure) instanceof AuthorizationException denied) {
                        tellOfRights(topic, denied);
                        return Optional.empty();
                    }
                    throw new CompletionException(cause(failure));
                });
        return client().describeTopics(List.of(topic))
                .allTopicNames()
                .toCompletionStage()
                .thenCombine(configs, (all, config) -> topic(only(all).partitions(), config));
    }

    <T> T await(CompletionStage<T> stage) throws Exception {
        return await(stage.toCompletableFuture(), settings.requestTimeout());
    }

    static <T> T await(Future<T> future, Duration timeout) throws Exception {
        try {
            return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw cause(e) instanceof Exception failure ? failure : e;
        }
    }

    @Override
    public void close() {
        Admin open;
        synchronized (this) {
            open = client;
            client = null;
            closed = true;
        }
        if (open != null) {
            open.close(reached ? CLOSE : Duration.ZERO);
        }
    }

    private <T> T await(Future<T> future) throws Exception {
        return await(future, settings.requestTimeout());
    }

    private Optional<Topic> find(String topic) throws Exception {
        try {
            return Optional.of(await(describe(topic)));
        } catch (UnknownTopicOrPartitionException e) {
            return Optional.empty();
        }
    }

    private Optional<ConsumerGroupDescription> findGroup(String group) throws Exception {
        try {
            ConsumerGroupDescription found =
                    only(await(client().describeConsumerGroups(List.of(group)).all()));
            return found.groupState() == org.apache.kafka.common.GroupState.DEAD
                    ? Optional.empty()
                    : Optional.of(found);
        } catch (GroupIdNotFoundException e) {
            return Optional.empty();
        }
    }

    private Map<org.apache.kafka.common.TopicPartition, ListOffsetsResultInfo> offsets(
            List<org.apache.kafka.common.TopicPartition> partitions, OffsetSpec wanted) throws Exception {
        return await(listOffsets(partitions, wanted));
    }

    private KafkaFuture<Map<org.apache.kafka.common.TopicPartition, ListOffsetsResultInfo>> listOffsets(
            List<org.apache.kafka.common.TopicPartition> partitions, OffsetSpec wanted) {
        return client().listOffsets(
                        partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> wanted)),
                        new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all();
    }

    private static <T> T only(Map<?, T> results) {
        return results.values().iterator().next();
    }

    private static GroupNotEmptyException hasMembers(String group) {
        return new GroupNotEmptyException("Group '" + group + "' has members. Close its consumers first.");
    }

    static Topic topic(List<TopicPartitionInfo> partitions, Optional<Config> config) {
        int replicas = partitions.stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(1);
        int inSync = (int) value(config, "min.insync.replicas", 1);
        boolean flushed = value(config, "flush.messages", Long.MAX_VALUE) == 1;
        int largest = (int) value(config, "max.message.bytes", Integer.MAX_VALUE);
        return new Topic(partitions, new Durability(Math.max(1, Math.min(inSync, replicas)), flushed), largest);
    }

    private static long value(Optional<Config> config, String name, long otherwise) {
        ConfigEntry entry = config.map(all -> all.get(name)).orElse(null);
        return entry == null || entry.value() == null ? otherwise : Long.parseLong(entry.value());
    }

    private void tellOfRights(String topic, AuthorizationException denied) {
        if (toldOfRights.compareAndSet(false, true)) {
            LOG.warn(
                    "Receipts of topic '{}' (and others) will say one copy, not flushed: its settings cannot be read ({})."
                            + " Grant DESCRIBE_CONFIGS on the topic to have the truth in them.",
                    topic,
                    denied.getMessage());
        }
    }

    private static void settle(String otherwise, Callable<Boolean> done) throws Exception {
        long deadline = System.nanoTime() + SETTLE.toNanos();
        while (!done.call()) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException(otherwise + " after " + SETTLE.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
