package io.waybill.engine;

import io.waybill.message.Ordering;
import io.waybill.message.RetryPolicy;
import io.waybill.message.StartPosition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a consumer works.
 *
 * @param group its group
 * @param member the name of this instance
 * @param topics what it reads
 * @param ordering what waits for what
 * @param concurrency how many handlers run at once at most
 * @param window how many deliveries of a partition may lie between the first unfinished and the last
 * @param parkWhenFull whether a key that fills the window goes to the dead letters instead of pausing the partition
 * @param bufferBytes bounds the deliveries that wait
 * @param batchMessages how many messages a poll gives at most; no more than half a window, so that a window is never overrun
 * @param retry how failures are tried again
 * @param deadLetterTopics the dead-letter topic of each topic
 * @param start where a new group starts
 * @param session how long a silent instance keeps its partitions
 * @param drain how long a partition that is given up may take to finish what runs
 * @param settleInterval how often what is finished is settled
 */
public record ConsumerOptions(
        String group,
        String member,
        Set<String> topics,
        Ordering ordering,
        int concurrency,
        int window,
        boolean parkWhenFull,
        long bufferBytes,
        int batchMessages,
        RetryPolicy retry,
        Map<String, String> deadLetterTopics,
        StartPosition start,
        Duration session,
        Duration drain,
        Duration settleInterval) {
    /**
     * Copies the collections, and fits the polls into the window.
     *
     * @param group its group
     * @param member the name of this instance
     * @param topics what it reads
     * @param ordering what waits for what
     * @param concurrency how many handlers run at once at most
     * @param window how many deliveries of a partition may lie between the first unfinished and the last
     * @param parkWhenFull whether a key that fills the window goes to the dead letters instead of pausing the partition
     * @param bufferBytes bounds the deliveries that wait
     * @param batchMessages how many messages a poll gives at most; no more than half a window, so that a window is never overrun
     * @param retry how failures are tried again
     * @param deadLetterTopics the dead-letter topic of each topic
     * @param start where a new group starts
     * @param session how long a silent instance keeps its partitions
     * @param drain how long a partition that is given up may take to finish what runs
     * @param settleInterval how often what is finished is settled
     */
    public ConsumerOptions {
        topics = Set.copyOf(topics);
        batchMessages = Math.min(batchMessages, Math.max(1, window / 2));
        deadLetterTopics = Map.copyOf(deadLetterTopics);
    }

    List<String> sortedTopics() {
        return topics.stream().sorted().toList();
    }
}
