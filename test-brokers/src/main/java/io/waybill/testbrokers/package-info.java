/**
 * Starts real brokers for tests, demos and measurements, and makes them fail on purpose.
 *
 * <p>Enter by {@link io.waybill.testbrokers.Brokers}, or by {@link io.waybill.testbrokers.KafkaBroker#builder()} or
 * {@link io.waybill.testbrokers.RocketMqBroker#builder()} where the broker is known. A broker is a child process, or a few, with
 * a bounded heap, a temporary folder and ports of its own on 127.0.0.1; or a container with such ports; or an
 * {@link io.waybill.testbrokers.ExternalBroker} that runs elsewhere and is only used.
 *
 * <p><b>Nothing outlives the JVM that started it.</b> A shutdown hook kills the children and deletes their folders; if the
 * JVM is itself killed with SIGKILL, a child notices that its standard input has ended, and halts; a paused child, which
 * notices nothing, is killed by a small shell process that waits for the same signal. Containers are removed by Testcontainers:
 * by a shutdown hook or by its cleaner, Ryuk; where that was disabled, a JVM that is killed with SIGKILL leaves them behind.
 *
 * <p>The broker's own classes never reach the class path of the caller.
 */
@NullMarked
package io.waybill.testbrokers;

import org.jspecify.annotations.NullMarked;
