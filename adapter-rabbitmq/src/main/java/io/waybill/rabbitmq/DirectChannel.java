package io.waybill.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Command;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.MetricsCollector;
import com.rabbitmq.client.impl.AMQConnection;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.ChannelManager;
import com.rabbitmq.client.impl.ChannelN;
import com.rabbitmq.client.impl.ConnectionParams;
import com.rabbitmq.client.impl.ConsumerWorkService;
import com.rabbitmq.client.impl.FrameHandler;
import java.io.IOException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A channel that can give deliveries to a consumer on the thread that reads from the connection, for one that only puts
 * them aside. The client's way, by a pool of threads, costs a hop and, while its threads keep up, an array of 1 KiB for each message.
 */
final class DirectChannel extends ChannelN {
    private volatile @Nullable Consumer direct;

    private DirectChannel(AMQConnection connection, int number, ConsumerWorkService threads) {
        super(connection, number, threads);
    }

    /** A factory whose connections have such channels. They report to no collector of metrics or traces. */
    static ConnectionFactory factory() {
        return new ConnectionFactory() {
            @Override
            protected AMQConnection createConnection(
                    ConnectionParams params, FrameHandler frames, MetricsCollector metrics) {
                return new DirectConnection(params, frames);
            }
        };
    }

    private static final class DirectConnection extends AMQConnection {
        DirectConnection(ConnectionParams params, FrameHandler frames) {
            super(params, frames);
        }

        @Override
        protected ChannelManager instantiateChannelManager(int most, ThreadFactory threads) {
            ChannelManager manager = new ChannelManager(_workService, most, threads) {
                @Override
                protected ChannelN instantiateChannel(
                        AMQConnection connection, int number, ConsumerWorkService service) {
                    return new DirectChannel(connection, number, service);
                }
            };
            configureChannelManager(manager);
            return manager;
        }
    }

    /** From now on all deliveries of a channel go to this consumer, on the reading thread. It must not block or throw. */
    static void deliver(Channel channel, Consumer consumer) {
        ((DirectChannel) channel).direct = consumer;
    }

    @Override
    protected void processDelivery(Command command, AMQImpl.Basic.Deliver method) {
        Consumer consumer = direct;
        if (consumer == null) {
            super.processDelivery(command, method);
            return;
        }
        Envelope envelope = new Envelope(
                method.getDeliveryTag(), method.getRedelivered(), method.getExchange(), method.getRoutingKey());
        AMQP.BasicProperties properties = (AMQP.BasicProperties) command.getContentHeader();
        try {
            consumer.handleDelivery(method.getConsumerTag(), envelope, properties, command.getContentBody());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
