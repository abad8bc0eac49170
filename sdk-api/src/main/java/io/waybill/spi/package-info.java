/**
 * What an adapter implements to bring a broker under Waybill's promises.
 *
 * <p>An adapter is small on purpose. It moves batches, throws the broker client's own exceptions, says what they mean,
 * and reports what the broker's settings make true. It never sends a message again by itself (the one exception is
 * Kafka's idempotent retry inside the client, which keeps order and makes no duplicate), runs no handler, keeps no
 * order of its own beyond that of the calls, and knows nothing of retries, dead letters, lanes or interceptors: these
 * live once, in the core.
 *
 * <p>How the core calls it:
 *
 * <pre>
 *   AdapterProvider.create -> Adapter.connect
 *        |                       |
 *        |   openSender -> Sender.describe, openLane -> Lane.send (one call at a time per lane) ... -> close
 *        |
 *        +-- openReceiver -> Receiver.poll, settle, pause, resume ... (one thread) -> close
 * </pre>
 *
 * <p>Two shapes of brokers exist. A <em>log</em> (Kafka, RocketMQ) keeps one position per partition and group; a
 * <em>queue</em> (RabbitMQ) keeps an acknowledgement per message. {@link io.waybill.spi.Receiver#settle} speaks for both.
 * Two kinds of membership exist: a broker that shares out the partitions itself tells the core through
 * {@link io.waybill.spi.ReceiverSink#assigned}; for one that does not, the core's coordinator does it over
 * {@link io.waybill.spi.ClaimingReceiver} and {@link io.waybill.spi.ControlLogs}.
 */
@NullMarked
package io.waybill.spi;

import org.jspecify.annotations.NullMarked;
