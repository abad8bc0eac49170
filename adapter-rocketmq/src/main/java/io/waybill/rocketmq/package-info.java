/** Waybill on Apache RocketMQ. */
@NullMarked
package io.waybill.rocketmq;

import org.jspecify.annotations.NullMarked;
