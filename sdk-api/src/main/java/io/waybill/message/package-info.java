/**
 * Immutable values and vocabulary: messages, deliveries, receipts, errors, capabilities.
 *
 * <p>This package depends on nothing but the JDK. Every type is safe to share between threads.
 */
@NullMarked
package io.waybill.message;

import org.jspecify.annotations.NullMarked;
