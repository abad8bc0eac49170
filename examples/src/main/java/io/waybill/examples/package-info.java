/**
 * Programs that show how Waybill is used; each of them runs in the build.
 *
 * <ul>
 *   <li>{@link io.waybill.examples.Quickstart}: ten lines.
 *   <li>{@link io.waybill.examples.FlashSale}: a shop with four groups, failures, a change of staff, and books that add
 *       up at the end, on any broker.
 * </ul>
 */
@NullMarked
package io.waybill.examples;

import org.jspecify.annotations.NullMarked;
