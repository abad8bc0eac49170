/**
 * Loss detection: {@link io.waybill.ledger.Stamping} numbers what a producer sends, {@link io.waybill.ledger.Verification} names
 * what a group misses (rules W1 to W5 and W7 of docs/rules.md).
 *
 * <pre>
 *   Producer orders = waybill.producer("order-service").interceptLane(Stamping.create()).open();
 *   Consumer billing = waybill.consumer("billing")
 *       .interceptLane(Verification.create().onFinding(alarm))
 *       .subscribe("orders", handler);
 * </pre>
 *
 * A stream is one life (epoch) of a producer in one partition; its numbers are dense. What became of each number the producer
 * tells the control log {@code waybill.manifests}, which every verification reads.
 */
@NullMarked
package io.waybill.ledger;

import org.jspecify.annotations.NullMarked;
