/** Waybill, the brokers' own clients and the peers, each behind one small interface, as the side-by-side runs use them. */
@NullMarked
package io.waybill.benchmarks.clients;

import org.jspecify.annotations.NullMarked;
