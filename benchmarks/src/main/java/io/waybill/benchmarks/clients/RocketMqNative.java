package io.waybill.benchmarks.clients;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** rocketmq-client over remoting. */
final class RocketMqNative implements Client {
    private static final int BATCH = 1_000;
    private static final int BATCH_BYTES = 512 << 10;
    private static final int PERSIST_MILLIS = 1_000;
    private static final int SETTLE_MILLIS = 500;
    private static final int PULL_BATCH = 256;
    private static final long POLL_MILLIS = 100;
    private static final String STAMP_TEXT = "s".repeat(Workplace.STAMP);

    /** How it sends and consumes. */
    private enum Way {
        /** Each message for itself; the push consumer. */
        DEFAULTS,
        /** By the client's own batching; pulls of 256. */
        TUNED,
        /** Batches that the sender makes, one under way per queue; pulls of 256. */
        BATCHES
    }

    private final Workplace workplace;
    private final Way way;

    private RocketMqNative(Workplace workplace, Way way) {
        this.workplace = workplace;
        this.way = way;
    }

    /** As it comes: each message for itself, asynchronously; the push consumer, which keeps no order. */
    static Client defaults(Workplace workplace) {
        return new RocketMqNative(workplace, Way.DEFAULTS);
    }

    /** The client's {@code autoBatch}; LitePull with handfuls of 256, committed behind each. */
    static Client tuned(Workplace workplace) {
        return new RocketMqNative(workplace, Way.TUNED);
    }

    /** What one would write by hand for the most throughput. */
    static Client batches(Workplace workplace) {
        return new RocketMqNative(workplace, Way.BATCHES);
    }

    @Override
    public Sending sending() throws MQClientException {
        DefaultMQProducer producer = new DefaultMQProducer("bench-producer");
        producer.setNamesrvAddr(workplace.authority());
        producer.setInstanceName(UUID.randomUUID().toString());
        if (way == Way.TUNED) {
            producer.setAutoBatch(true);
        }
        producer.start();
        List<MessageQueue> queues = new ArrayList<>(producer.fetchPublishMessageQueues(workplace.topic()));
        queues.sort(null);
        return way == Way.BATCHES ? new BatchSending(producer, queues) : new SingleSending(producer, queues);
    }

    private static Message message(MessageQueue queue, int key, byte[] body) {
        Message message = new Message(queue.getTopic(), body);
        message.putUserProperty("waybill", STAMP_TEXT);
        message.putUserProperty("key", Workplace.keyText(key));
        return message;
    }

    /** An outcome that goes to a future. */
    static SendCallback completing(CompletableFuture<Object> sent) {
        return new SendCallback() {
            @Override
            public void onSuccess(SendResult result) {
                if (result.getSendStatus() == SendStatus.SEND_OK) {
                    sent.complete(result);
                } else {
                    sent.completeExceptionally(new IllegalStateException("Stored, but: " + result.getSendStatus()));
                }
            }

            @Override
            public void onException(Throwable failure) {
                sent.completeExceptionally(failure);
            }
        };
    }

    @Override
    public AutoCloseable consuming(Handling handling) throws MQClientException {
        return way == Way.DEFAULTS ? pushed(handling) : pulled(handling);
    }

    private AutoCloseable pulled(Handling handling) throws MQClientException {
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer(Workplace.GROUP);
        consumer.setNamesrvAddr(workplace.authority());
        consumer.setInstanceName(UUID.randomUUID().toString());
        consumer.setPullBatchSize(PULL_BATCH);
        consumer.setAutoCommit(false);
        consumer.setPersistConsumerOffsetInterval(PERSIST_MILLIS);
        consumer.setConsumeFromWhere(
                ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET); // a seek would race with the first pull
        consumer.start();
        Set<MessageQueue> queues = Set.copyOf(consumer.fetchMessageQueues(workplace.topic()));
        consumer.assign(queues);
        AtomicBoolean open = new AtomicBoolean(true); // an interrupt would be swallowed
        Thread thread = new Thread(() -> pull(consumer, handling, open), "native-consumer");
        thread.start();
        return () -> {
            open.set(false);
            thread.join();
            consumer.commit(queues, true);
            Thread.sleep(SETTLE_MILLIS);
            consumer.shutdown();
        };
    }

    private static void pull(DefaultLitePullConsumer consumer, Handling handling, AtomicBoolean open) {
        while (open.get()) {
            List<MessageExt> messages = consumer.poll(POLL_MILLIS);
            messages.forEach(message -> handling.handle(message.getBody()));
            if (!messages.isEmpty()) {
                consumer.commit();
            }
        }
    }

    private AutoCloseable pushed(Handling handling) throws MQClientException {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(Workplace.GROUP);
        consumer.setNamesrvAddr(workplace.authority());
        consumer.setInstanceName(UUID.randomUUID().toString());
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(workplace.topic(), "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            messages.forEach(message -> handling.handle(message.getBody()));
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        return () -> {
            acknowledge(consumer);
            consumer.shutdown();
        };
    }

    /** Everything that was handled. What a consumer's shutdown sends for this is cut off when it closes the connection. */
    @SuppressWarnings("deprecation") // the consumer itself has no way to say it
    static void acknowledge(DefaultMQPushConsumer consumer) throws InterruptedException {
        Thread.sleep(SETTLE_MILLIS); // the listeners return
        consumer.getDefaultMQPushConsumerImpl().persistConsumerOffset();
        Thread.sleep(SETTLE_MILLIS); // no answer comes
    }

    @Override
    public void close() {}

    /** One call for each message. */
    private record SingleSending(DefaultMQProducer producer, List<MessageQueue> queues) implements Sending {
        @Override
        public CompletableFuture<?> send(int key, byte[] body) throws Exception {
            MessageQueue queue = queues.get(key % queues.size());
            CompletableFuture<Object> sent = new CompletableFuture<>();
            producer.send(message(queue, key, body), queue, completing(sent));
            return sent;
        }

        @Override
        public void close() {
            producer.shutdown();
        }
    }

    /** One call for each batch. */
    private static final class BatchSending implements Sending {
        private final DefaultMQProducer producer;
        private final List<Batches> queues = new ArrayList<>();

        BatchSending(DefaultMQProducer producer, List<MessageQueue> queues) {
            this.producer = producer;
            queues.forEach(queue -> this.queues.add(new Batches(producer, queue)));
        }

        @Override
        public CompletableFuture<?> send(int key, byte[] body) throws Exception {
            CompletableFuture<Object> sent = new CompletableFuture<>();
            queues.get(key % queues.size()).add(key, body, sent);
            return sent;
        }

        @Override
        public void flush() throws Exception {
            for (Batches queue : queues) {
                queue.send();
            }
        }

        @Override
        public void close() {
            producer.shutdown();
        }
    }

    /** What waits for a queue. */
    private static final class Batches {
        private final DefaultMQProducer producer;
        private final MessageQueue queue;
        private final Semaphore turn = new Semaphore(1);
        private List<Message> messages = new ArrayList<>();
        private List<CompletableFuture<Object>> futures = new ArrayList<>();
        private int bytes;

        Batches(DefaultMQProducer producer, MessageQueue queue) {
            this.producer = producer;
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
            CompletableFuture<Object> all = new CompletableFuture<>();
            var unused = all.whenComplete((result, failure) -> {
                turn.release();
                under.forEach(sent -> {
                    if (failure == null) {
                        sent.complete(result);
                    } else {
                        sent.completeExceptionally(failure);
                    }
                });
            });
            producer.send(batch, queue, completing(all));
        }
    }
}
