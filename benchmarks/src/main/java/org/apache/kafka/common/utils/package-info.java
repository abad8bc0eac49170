/**
 * What kafka-clients 4.4 no longer has under these names, and the Parallel Consumer was compiled against: without it its
 * threads die of a {@link NoClassDefFoundError}.
 */
@NullMarked
package org.apache.kafka.common.utils;

import org.jspecify.annotations.NullMarked;
