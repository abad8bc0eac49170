/**
 * Waybill in one JVM, without a broker: for tests, documents and the quickstart.
 *
 * <h2>Mapping</h2>
 *
 * {@code memory:} is a broker of its own for each connection; {@code memory:shop} is the same broker for every
 * connection of the JVM with that name, so that several connections act as several instances. It lives until the last
 * of them is closed. A topic's partition is a list; a group has a position in each ({@code shape=log}, the default) or
 * an acknowledgement per message ({@code shape=queue}, as RabbitMQ has). Membership is the core's coordinator's.
 *
 * <h2>Delivery</h2>
 *
 * At least once, in the order of each partition. A confirm means one copy, not flushed.
 *
 * <h2>Limits</h2>
 *
 * Nothing survives the JVM. A partition holds {@code retention.messages} (1,000,000) messages; beyond that, those that
 * every group has settled make room, else {@code overflow=refuse} (the default) refuses the send and
 * {@code overflow=drop} drops the oldest, as a broker's retention does. In the queue shape a group gets what is sent
 * after its first consumer came.
 *
 * <h2>Versions</h2>
 *
 * That of Waybill.
 *
 * <h2>Unwrap</h2>
 *
 * From the connection: {@link io.waybill.memory.MemoryAdapter.Faults}, the switches for what goes wrong.
 */
@NullMarked
package io.waybill.memory;

import org.jspecify.annotations.NullMarked;
