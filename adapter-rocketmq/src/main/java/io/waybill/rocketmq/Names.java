package io.waybill.rocketmq;

import io.waybill.message.Limits;
import io.waybill.message.MessagingException;
import java.util.Optional;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.common.topic.TopicValidator;

/** Names of topics and groups: RocketMQ has no {@code .}, so it stands as {@code |} there. */
final class Names {
    private Names() {}

    static String rocketmq(String name) {
        return name.replace('.', '|');
    }

    /** Empty for what is RocketMQ's own, or cannot be said in Waybill. */
    static Optional<String> topic(String rocketmqName) {
        return TopicValidator.isSystemTopic(rocketmqName)
                        || rocketmqName.startsWith("rmq_sys_")
                        || rocketmqName.startsWith(MixAll.LMQ_PREFIX)
                ? Optional.empty()
                : ours(rocketmqName);
    }

    /** Empty for what is RocketMQ's own, or cannot be said in Waybill. */
    static Optional<String> group(String rocketmqName) {
        return MixAll.isSysConsumerGroup(rocketmqName) || MixAll.isPredefinedGroup(rocketmqName)
                ? Optional.empty()
                : ours(rocketmqName);
    }

    private static Optional<String> ours(String rocketmqName) {
        try {
            return Optional.of(Limits.topic(rocketmqName.replace('|', '.')));
        } catch (MessagingException e) {
            return Optional.empty();
        }
    }
}
