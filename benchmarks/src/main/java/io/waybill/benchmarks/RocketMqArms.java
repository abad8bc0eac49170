package io.waybill.benchmarks;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * rocketmq-client over remoting. It sends each message for itself and asynchronously, or in batches that the sender
 * collects, one under way per queue; it consumes by pulling 256 at a time, and commits behind each handful.
 */
final class RocketMqArms implements NativeArms {
    static final String SINGLE = "native single";
    static final String BATCHES = "native batches";

    private static final int BATCH = 1_000;
    private static final int BATCH_BYTES = 512 << 10;
    private static final int PERSIST_MILLIS = 1_000;
    private static final int PULL_BATCH = 256;
    private static final long POLL_MILLIS = 100;
    private static final String STAMP_TEXT = "s".repeat(STAMP);

    private final String nameServer;
    private final DefaultMQProducer producer = new DefaultMQProducer("native-producer");

    RocketMqArms(String uri) throws MQClientException {
        this.nameServer = URI.create(uri).getAuthority();
        producer.setNamesrvAddr(nameServer);
        producer.start();
    }

    @Override
    public int window(String arm) {
        return arm.equals(SINGLE) ? 1_000 : 10_000;
    }

    @Override
    public Sending sending(String arm, String topic) throws MQClientException {
        List<MessageQueue> queues = queues(topic);
        return arm.equals(SINGLE) ? new SingleSending(queues) : new BatchSending(queues);
    }

    private List<MessageQueue> queues(String topic) throws MQClientException {
        List<MessageQueue> queues = new ArrayList<>(producer.fetchPublishMessageQueues(topic));
        queues.sort(null);
        return queues;
    }

    private static Message message(MessageQueue queue, int key, byte[] body) {
        Message message = new Message(queue.getTopic(), body);
        message.putUserProperty("waybill", STAMP_TEXT);
        message.putUserProperty("key", new String(Sample.key(key), StandardCharsets.UTF_8));
        return message;
    }

    private DefaultLitePullConsumer puller() throws MQClientException {
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer(GROUP);
        consumer.setNamesrvAddr(nameServer);
        consumer.setInstanceName(UUID.randomUUID().toString());
        consumer.setPullBatchSize(PULL_BATCH);
        consumer.setAutoCommit(false);
        consumer.setPersistConsumerOffsetInterval(PERSIST_MILLIS);
        consumer.setConsumeFromWhere(
                ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET); // a seek would race with the first pull
        consumer.start();
        return consumer;
    }

    @Override
    public AutoCloseable consuming(String arm, String topic, Consumption consumption) throws MQClientException {
        DefaultLitePullConsumer consumer = puller();
        consumer.assign(queues(topic));
        AtomicBoolean open = new AtomicBoolean(true); // an interrupt would be swallowed
        Thread thread = new Thread(() -> pull(consumer, consumption, open), "native-consumer");
        thread.start();
        return () -> {
            open.set(false);
            thread.join();
            Thread.sleep(
                    2L * PERSIST_MILLIS); // what shutdown() itself persists is cut off by its closing the connection
            consumer.shutdown();
        };
    }

    private static void pull(DefaultLitePullConsumer consumer, Consumption consumption, AtomicBoolean open) {
        while (open.get()) {
            List<MessageExt> messages = consumer.poll(POLL_MILLIS);
            messages.forEach(message -> consumption.handle(message.getBody()));
            if (messages.isEmpty()) {
                continue;
            }
            consumer.commit();
        }
    }

    @Override
    @SuppressWarnings("deprecation") // the way without it is the admin tools, another library
    public long held(String topic) throws MQClientException {
        long sum = 0;
        for (MessageQueue queue : queues(topic)) {
            sum += producer.maxOffset(queue);
        }
        return sum;
    }

    @Override
    public long left(String topic) throws MQClientException {
        DefaultLitePullConsumer consumer = puller();
        try {
            long sum = held(topic);
            for (MessageQueue queue : queues(topic)) {
                sum -= Math.max(0, consumer.committed(queue));
            }
            return sum;
        } finally {
            consumer.shutdown();
        }
    }

    @Override
    public void close() {
        producer.shutdown();
    }

    private final class SingleSending implements Sending {
        private final List<MessageQueue> queues;

        SingleSending(List<MessageQueue> queues) {
            this.queues = queues;
        }

        @Override
        public void send(int key, byte[] body, Outcomes outcomes) throws Exception {
            MessageQueue queue = queues.get(key % queues.size());
            CompletableFuture<Object> sent = new CompletableFuture<>();
            outcomes.follow(sent);
            producer.send(message(queue, key, body), queue, new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    sent.complete(result);
                }

                @Override
                public void onException(Throwable failure) {
                    sent.completeExceptionally(failure);
                }
            });
        }

        @Override
        public void close() {}
    }

    private final class BatchSending implements Sending {
        private final List<Batches> queues = new ArrayList<>();

        BatchSending(List<MessageQueue> queues) {
            queues.forEach(queue -> this.queues.add(new Batches(queue)));
        }

        @Override
        public void send(int key, byte[] body, Outcomes outcomes) throws Exception {
            CompletableFuture<Object> sent = new CompletableFuture<>();
            outcomes.follow(sent);
            queues.get(key % queues.size()).add(key, body, sent);
        }

        @Override
        public void flush() throws Exception {
            for (Batches queue : queues) {
                queue.send();
            }
        }

        @Override
        public void close() {}
    }

    /** What waits for a queue. */
    private final class Batches {
        private final MessageQueue queue;
        private final Semaphore turn = new Semaphore(1);
        private List<Message> messages = new ArrayList<>();
        private List<CompletableFuture<Object>> futures = new ArrayList<>();
        private int bytes;

        Batches(MessageQueue queue) {
            this.queue = queue;
        }

        void add(int key, byte[] body, CompletableFuture<Object> sent) throws Exception {
            messages.add(message(queue, key, body));
            futures.add(sent);
            bytes += body.length;
            if (messages.size() == BATCH || bytes >= BATCH_BYTES) {
                send();
            }
        }

        void send() throws Exception {
            if (messages.isEmpty()) {
                return;
            }
            turn.acquire();
            List<CompletableFuture<Object>> under = futures;
            List<Message> batch = messages;
            messages = new ArrayList<>(BATCH);
            futures = new ArrayList<>(BATCH);
            bytes = 0;
            producer.send(batch, queue, new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    turn.release();
                    under.forEach(sent -> sent.complete(result));
                }

                @Override
                public void onException(Throwable failure) {
                    turn.release();
                    under.forEach(sent -> sent.completeExceptionally(failure));
                }
            });
        }
    }
}
