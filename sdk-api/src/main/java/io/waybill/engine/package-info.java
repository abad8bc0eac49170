/**
 * The portable core, not exported: what every broker shares lives here once.
 *
 * <p>Sending: {@link io.waybill.engine.ProducerCore} admits a message, computes its partition and puts it into the
 * partition's {@link io.waybill.engine.SendLane}. Whichever caller finds the lane free hands over for all, so that one
 * thread at a time writes to a partition and nobody holds a lock meanwhile.
 *
 * <p>Receiving: {@link io.waybill.engine.ConsumerCore} runs one polling thread ({@link io.waybill.engine.PollLoop}) that
 * sorts deliveries into key lanes; a {@link io.waybill.engine.WorkerPool} runs the lanes; finished deliveries are marked
 * in the assignment's {@link io.waybill.engine.PrefixTracker}; the polling thread settles the finished prefix.
 */
@NullMarked
package io.waybill.engine;

import org.jspecify.annotations.NullMarked;
