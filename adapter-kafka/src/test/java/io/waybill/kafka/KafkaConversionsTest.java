package io.waybill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.waybill.kafka.TestOutgoing.End;
import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.Headers;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import java.io.IOException;
import java.net.ConnectException;
import java.security.UnrecoverableKeyException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KafkaConversionsTest {
    @Test
    void headersComeBackAsTheyWent() {
        Headers headers = Headers.unchecked()
                .put("b", new byte[] {1})
                .put("a", new byte[0])
                .put("\u00e9", new byte[] {-1, 0})
                .build();
        RecordHeaders target = KafkaHeaders.of(headers, new byte[] {9});
        assertThat(target.toArray()).hasSize(4);
        assertThat(KafkaHeaders.read(target).own()).isEqualTo(headers);
        assertThat(KafkaHeaders.read(target).waybill()).containsExactly(9);
    }

    @Test
    void ofAHeaderThatIsThereTwiceTheLastCountsAndNullIsNoBytes() {
        RecordHeaders source = new RecordHeaders();
        source.add("twice", new byte[] {1}).add("null", null).add("twice", new byte[] {2});
        source.add("waybill", new byte[] {3}).add("waybill", new byte[] {4});
        Headers read = KafkaHeaders.read(source).own();
        assertThat(read.names()).containsExactly("twice", "null");
        assertThat(read.bytes("twice")).hasValue(new byte[] {2});
        assertThat(read.bytes("null")).hasValue(new byte[0]);
        assertThat(KafkaHeaders.read(source).waybill()).containsExactly(4);
        assertThat(KafkaHeaders.read(new RecordHeaders()).own()).isSameAs(Headers.empty());
        assertThat(KafkaHeaders.read(new RecordHeaders()).waybill()).isNull();
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                arguments(new SaslAuthenticationException("x"), ErrorKind.UNAUTHORIZED),
                arguments(new SslAuthenticationException("x"), ErrorKind.UNAUTHORIZED),
                arguments(new TopicAuthorizationException("x"), ErrorKind.UNAUTHORIZED),
                arguments(new UnknownTopicOrPartitionException("x"), ErrorKind.NOT_FOUND),
                arguments(new TimeoutException("x", new UnknownTopicOrPartitionException("x")), ErrorKind.NOT_FOUND),
                arguments(new GroupIdNotFoundException("x"), ErrorKind.NOT_FOUND),
                arguments(new TopicExistsException("x"), ErrorKind.ALREADY_EXISTS),
                arguments(new RecordTooLargeException("x"), ErrorKind.INVALID),
                arguments(new InvalidTopicException("x"), ErrorKind.INVALID),
                arguments(new InvalidReplicationFactorException("x"), ErrorKind.INVALID),
                arguments(new ConfigException("x"), ErrorKind.INVALID),
                arguments(
                        new KafkaException("x", new IOException("x", new UnrecoverableKeyException("x"))),
                        ErrorKind.INVALID),
                arguments(new GroupNotEmptyException("x"), ErrorKind.REFUSED),
                arguments(new PolicyViolationException("x"), ErrorKind.REFUSED),
                arguments(new BufferExhaustedException("x"), ErrorKind.OVERLOADED),
                arguments(new TimeoutException("x"), ErrorKind.UNAVAILABLE),
                arguments(new java.util.concurrent.TimeoutException("x"), ErrorKind.UNAVAILABLE),
                arguments(new DisconnectException("x"), ErrorKind.UNAVAILABLE),
                arguments(new NotEnoughReplicasException("x"), ErrorKind.UNAVAILABLE),
                arguments(new NotEnoughReplicasAfterAppendException("x"), ErrorKind.UNAVAILABLE),
                arguments(new ConnectException("x"), ErrorKind.UNAVAILABLE),
                arguments(new CommitFailedException("x"), ErrorKind.UNAVAILABLE),
                arguments(new OutOfOrderSequenceException("x"), ErrorKind.UNAVAILABLE),
                arguments(new UnsupportedVersionException("x"), ErrorKind.UNSUPPORTED),
                arguments(new ExecutionException(new TopicExistsException("x")), ErrorKind.ALREADY_EXISTS),
                arguments(new CompletionException(new DisconnectException("x")), ErrorKind.UNAVAILABLE),
                arguments(new MessagingException(ErrorKind.CLOSED, "x"), ErrorKind.CLOSED),
                arguments(new IllegalStateException("x"), ErrorKind.INTERNAL),
                arguments(new KafkaException("x"), ErrorKind.INTERNAL));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyFailureHasItsKind(Throwable failure, ErrorKind kind) {
        assertThat(KafkaErrors.classify(failure)).isEqualTo(kind);
    }

    static Stream<Exception> answersOfTheBroker() {
        return Stream.of(
                new NotEnoughReplicasAfterAppendException("it is in the leader's log"),
                new NotEnoughReplicasException("a try before this one may be in the leader's log"),
                new TimeoutException("x"),
                new RecordTooLargeException("x"),
                new KafkaException("x"));
    }

    @ParameterizedTest
    @MethodSource("answersOfTheBroker")
    void s2S3WhatFailsAfterTheHandOverIsUnknownWhateverTheBrokerSays(Exception answer) throws Exception {
        TestOutgoing outgoing = new TestOutgoing(Message.to("t").build(), 0);
        new KafkaLane(null, null, 0, false).new Completion(outgoing).onCompletion(null, answer);
        assertThat(outgoing.outcome().end()).isEqualTo(End.UNKNOWN);
        assertThat(outgoing.outcome().failure()).isSameAs(answer);
    }

    @Test
    void copiesAreTheSmallerOfInSyncAndReplicas() {
        assertThat(durability(3, "2", "9223372036854775807")).isEqualTo(new Durability(2, false));
        assertThat(durability(1, "2", "1")).isEqualTo(new Durability(1, true));
        assertThat(durability(3, "1", "2")).isEqualTo(new Durability(1, false));
        assertThat(KafkaAdminOperations.topic(partitions(3), Optional.empty()).durability())
                .isEqualTo(Durability.ONE_UNFLUSHED);
    }

    private static Durability durability(int replicas, String inSync, String flush) {
        Config config = new Config(
                List.of(new ConfigEntry("min.insync.replicas", inSync), new ConfigEntry("flush.messages", flush)));
        return KafkaAdminOperations.topic(partitions(replicas), Optional.of(config))
                .durability();
    }

    /** The second partition has one replica more. */
    private static List<TopicPartitionInfo> partitions(int replicas) {
        List<Node> nodes = Stream.iterate(0, id -> id + 1)
                .limit(replicas + 1L)
                .map(id -> new Node(id, "host", 1))
                .toList();
        return List.of(
                new TopicPartitionInfo(0, nodes.get(0), nodes.subList(0, replicas), nodes.subList(0, 1)),
                new TopicPartitionInfo(1, nodes.get(0), nodes, nodes));
    }
}
