/**
 * Waybill on RabbitMQ. {@link io.waybill.rabbitmq.RabbitMqAdapter} is the only public class.
 *
 * <h2>Mapping</h2>
 *
 * A topic is a durable direct exchange of its name, a partition a routing key ({@code 0}, {@code 1} ...). A group has one
 * quorum queue per partition, {@code topic:group:partition}, with single active consumer, no delivery limit and
 * {@code reject-publish}; a queue of that name that differs is refused. The number of partitions is the
 * {@code x-max-length} of the queue {@code waybill.meta.topic}, in which nothing is ever stored: producers and consumers
 * that disagree about it get an error. The queue {@code waybill.group.group} counts a group's members, and
 * {@code waybill.prefetch.group} holds their prefetch in the same way. Topics and groups are
 * listed in the stream {@code waybill.registry}; control logs are stream queues, read over AMQP 0-9-1.
 *
 * <p>The body is the body. The key is the header {@code waybill.key}, the packed stamp {@code waybill}, and an application's
 * headers are headers of bytes under their own names; {@code CC}, {@code BCC} and names that start with {@code x-} mean
 * something to the broker and stand behind {@code waybill.h.}. Messages are persistent; the timestamp has seconds.
 *
 * <h2>Delivery</h2>
 *
 * Every publish is mandatory and confirmed, on a channel in confirm mode per partition. A confirm means that a majority of
 * the members of each bound queue has the message on disk; how many that is cannot be asked over AMQP, so receipts say one
 * copy, flushed. A message that no queue takes fails NOT_FOUND; a nack, and whatever was not confirmed when a channel ended,
 * is OUTCOME_UNKNOWN. The client's own recovery is off, since it forgets which confirms are owed. While the broker blocks
 * publishers, sends wait {@code maxBlock} and fail UNAVAILABLE.
 *
 * <p>A consumer owns a partition by being the only consumer of its queue. What is finished is acknowledged as a prefix;
 * what is finished behind it message by message. Publishing and consuming never share a connection.
 *
 * <h2>Limits</h2>
 *
 * <ul>
 *   <li>A topic that has no group holds nothing, and refuses messages: open a consumer first, or create its group.
 *   <li>A new group starts at the end: there are no positions, so no start at the first message or a time, and no reset.
 *   <li>Brokers before 3.12 close the channel of a handler that runs longer than their {@code consumer_timeout} (30 minutes
 *       by default): the message then comes again. Later ones are told by the queue not to.
 *   <li>The broker sends {@code prefetch} messages of a partition ahead, whatever their size. What there is no room for in
 *       {@code bufferBytes} is dropped and fetched again, for which the partition is given up for a moment. The prefetch is
 *       the group's, fixed when it is created: a queue puts messages that come back behind those that came back before, so
 *       owners that take fewer than their predecessors had would change their order. Native consumers of a group's queues
 *       must keep to it, too.
 *   <li>An exchange or queue made by others is no topic, and is not listed.
 *   <li>The id of a message that something else than Waybill sent is not the same at each delivery.
 * </ul>
 *
 * A user needs the rights to configure, write and read on the names above, and on {@code amq.default} to write.
 *
 * <p>TLS is on unless all brokers are loopback addresses, and host names are verified. Settings, as parameters of the URI:
 * {@code tls}, {@code insecure}, {@code tls.truststore}, {@code tls.truststore.password}, {@code tls.keystore},
 * {@code tls.keystore.password}, {@code user}, {@code password}, {@code request.timeout}, {@code heartbeat},
 * {@code prefetch}, {@code quorum.size}; the path is the virtual host.
 *
 * <h2>Versions</h2>
 *
 * Built on amqp-client 5.37.1 with its blocking sockets; brokers from 3.10 on, with the feature flags {@code quorum_queue}
 * and {@code stream_queue}.
 *
 * <h2>Unwrap</h2>
 *
 * The adapter, a producer and a consumer each give the {@link com.rabbitmq.client.Connection} of the moment.
 */
@NullMarked
package io.waybill.rabbitmq;

import org.jspecify.annotations.NullMarked;
