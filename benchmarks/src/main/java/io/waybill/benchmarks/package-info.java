/**
 * What Waybill costs: the core by itself, over the memory adapter, and side by side with the brokers' native clients.
 *
 * <p>Run by {@code ./waybill bench}. Figures are the machine's own; compare ratios of one run only.
 */
@NullMarked
package io.waybill.benchmarks;

import org.jspecify.annotations.NullMarked;
