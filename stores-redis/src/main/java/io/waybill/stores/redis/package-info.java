/** What Waybill keeps in Redis: the books of loss detection, in {@link io.waybill.stores.redis.RedisVerifierState}. */
@NullMarked
package io.waybill.stores.redis;

import org.jspecify.annotations.NullMarked;
