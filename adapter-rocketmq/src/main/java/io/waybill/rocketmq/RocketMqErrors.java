package io.waybill.rocketmq;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.apache.rocketmq.acl.common.AclException;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.remoting.exception.RemotingConnectException;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.apache.rocketmq.remoting.exception.RemotingTooMuchRequestException;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.jspecify.annotations.Nullable;

/** What the exceptions of RocketMQ's client and the answers of its brokers mean. */
final class RocketMqErrors {
    private RocketMqErrors() {}

    static ErrorKind classify(Throwable failure) {
        boolean passing = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            ErrorKind kind = definite(cause);
            if (kind != null) {
                return kind;
            }
            passing |= cause instanceof RemotingException
                    || cause instanceof IOException
                    || cause instanceof TimeoutException;
        }
        return passing ? ErrorKind.UNAVAILABLE : ErrorKind.INTERNAL;
    }

    private static @Nullable ErrorKind definite(Throwable failure) {
        if (failure instanceof MessagingException ours) {
            return ours.kind();
        }
        if (failure instanceof MQBrokerException broker) {
            int code = broker.getResponseCode();
            return wantsOtherLogin(code, broker.getErrorMessage())
                    ? ErrorKind.UNAUTHORIZED
                    : tooLarge(code, broker.getErrorMessage()) ? ErrorKind.INVALID : kind(code);
        }
        if (failure instanceof MQClientException client && client.getResponseCode() > 0) {
            return kind(client.getResponseCode());
        }
        if (failure instanceof AclException || failure instanceof SSLException) {
            return ErrorKind.UNAUTHORIZED;
        }
        return failure instanceof GeneralSecurityException ? ErrorKind.INVALID : null;
    }

    /** Brokers of version 4 answer a refused login as if it were an error of theirs. */
    private static boolean wantsOtherLogin(int code, @Nullable String remark) {
        return code == ResponseCode.SYSTEM_ERROR && remark != null && remark.contains("AclException");
    }

    /** Of a batch that is too large brokers say so as if it were an error of theirs, before they store any of it. */
    static boolean tooLarge(int code, @Nullable String remark) {
        return code == ResponseCode.MESSAGE_ILLEGAL
                || (code == ResponseCode.SYSTEM_ERROR && remark != null && remark.contains("size exceeded"));
    }

    private static ErrorKind kind(int code) {
        return switch (code) {
            case ResponseCode.TOPIC_NOT_EXIST,
                    ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                    ResponseCode.QUERY_NOT_FOUND -> ErrorKind.NOT_FOUND;
            case ResponseCode.NO_PERMISSION -> ErrorKind.UNAUTHORIZED;
            case ResponseCode.SYSTEM_BUSY,
                    ResponseCode.SERVICE_NOT_AVAILABLE,
                    ResponseCode.SYSTEM_ERROR,
                    ResponseCode.FLUSH_DISK_TIMEOUT,
                    ResponseCode.FLUSH_SLAVE_TIMEOUT,
                    ResponseCode.SLAVE_NOT_AVAILABLE,
                    ResponseCode.POLLING_TIMEOUT,
                    ResponseCode.GO_AWAY -> ErrorKind.UNAVAILABLE;
            case ResponseCode.MESSAGE_ILLEGAL, ResponseCode.INVALID_PARAMETER -> ErrorKind.INVALID;
            case ResponseCode.REQUEST_CODE_NOT_SUPPORTED -> ErrorKind.UNSUPPORTED;
            default -> ErrorKind.REFUSED;
        };
    }

    /** Whether a broker that answers so has surely not stored what it was sent. */
    static boolean surelyNotStored(int code, @Nullable String remark) {
        if (wantsOtherLogin(code, remark) || tooLarge(code, remark)) {
            return true;
        }
        return switch (code) {
            case ResponseCode.SYSTEM_BUSY, // turned away at the door, or after waiting there
                    ResponseCode.SERVICE_NOT_AVAILABLE,
                    ResponseCode.MESSAGE_ILLEGAL,
                    ResponseCode.NO_PERMISSION,
                    ResponseCode.TOPIC_NOT_EXIST,
                    ResponseCode.INVALID_PARAMETER,
                    ResponseCode.REQUEST_CODE_NOT_SUPPORTED -> true;
            default -> false;
        };
    }

    /** Whether a request that failed so never left this machine. */
    static boolean neverLeft(Throwable failure) {
        return failure instanceof RemotingConnectException || failure instanceof RemotingTooMuchRequestException;
    }

    static MessagingException of(ErrorKind kind, String text) {
        return new MessagingException(kind, text);
    }

    static MessagingException noTopic(String topic) {
        return of(
                ErrorKind.NOT_FOUND,
                "RocketMQ has no topic '" + topic + "'. Create it first, say with waybill.admin().createTopic(\""
                        + topic + "\", partitions), or correct the name.");
    }
}
