package io.waybill.kafka;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.BootstrapResolutionException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/** What Kafka's exceptions mean. */
final class KafkaErrors {
    private record Meaning(ErrorKind kind, List<Class<? extends Exception>> types) {}

    /** Kinds that say what is wrong, first match first; they win over {@link #PASSING} ones, which often wrap them. */
    private static final List<Meaning> DEFINITE = List.of(
            new Meaning(ErrorKind.UNAUTHORIZED, List.of(AuthenticationException.class, AuthorizationException.class)),
            new Meaning(
                    ErrorKind.NOT_FOUND,
                    List.of(UnknownTopicOrPartitionException.class, GroupIdNotFoundException.class)),
            new Meaning(ErrorKind.ALREADY_EXISTS, List.of(TopicExistsException.class)),
            new Meaning(ErrorKind.OVERLOADED, List.of(BufferExhaustedException.class)),
            new Meaning(ErrorKind.UNSUPPORTED, List.of(UnsupportedVersionException.class)),
            new Meaning(
                    ErrorKind.REFUSED,
                    List.of(
                            GroupNotEmptyException.class,
                            GroupSubscribedToTopicException.class,
                            GroupMaxSizeReachedException.class,
                            InconsistentGroupProtocolException.class,
                            PolicyViolationException.class,
                            TopicDeletionDisabledException.class)),
            new Meaning(
                    ErrorKind.INVALID,
                    List.of(
                            RecordTooLargeException.class,
                            InvalidTopicException.class,
                            InvalidPartitionsException.class,
                            InvalidConfigurationException.class,
                            InvalidGroupIdException.class,
                            InvalidSessionTimeoutException.class,
                            InvalidRequestException.class,
                            ConfigException.class,
                            GeneralSecurityException.class)));

    private static final List<Class<? extends Exception>> PASSING = List.of(
            RetriableException.class,
            BootstrapResolutionException.class,
            IOException.class,
            TimeoutException.class,
            InterruptException.class,
            CommitFailedException.class,
            RebalanceInProgressException.class,
            ProducerFencedException.class,
            InvalidProducerEpochException.class,
            OutOfOrderSequenceException.class);

    /** Not among them: lost or foreign sequence numbers, which a producer without transactions gets over by itself. */
    private static final List<Class<? extends Exception>> FATAL_FOR_PRODUCER = List.of(
            AuthenticationException.class, ClusterAuthorizationException.class, UnsupportedVersionException.class);

    private KafkaErrors() {}

    static ErrorKind classify(Throwable failure) {
        boolean passing = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            ErrorKind kind = definite(cause);
            if (kind != null) {
                return kind;
            }
            passing |= isAny(PASSING, cause);
        }
        return passing ? ErrorKind.UNAVAILABLE : ErrorKind.INTERNAL;
    }

    /** Whether a producer that a message failed with cannot send in order any more. */
    static boolean fatalForProducer(Throwable failure) {
        return isAny(FATAL_FOR_PRODUCER, failure);
    }

    /**
     * Whether a failure that {@code send} reported before it returned came from before the append. A producer that is in
     * its fatal state says so with one of the others, and only after the append.
     */
    static boolean beforeAppend(Throwable failure) {
        return !(failure instanceof ProducerFencedException || failure instanceof InvalidProducerEpochException);
    }

    private static @Nullable ErrorKind definite(Throwable failure) {
        if (failure instanceof MessagingException ours) {
            return ours.kind();
        }
        for (Meaning meaning : DEFINITE) {
            if (isAny(meaning.types(), failure)) {
                return meaning.kind();
            }
        }
        return null;
    }

    private static boolean isAny(List<Class<? extends Exception>> types, Throwable failure) {
        for (Class<? extends Exception> type : types) {
            if (type.isInstance(failure)) {
                return true;
            }
        }
        return false;
    }
}
