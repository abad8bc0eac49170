@org.jspecify.annotations.NullMarked
package io.waybill.stores.redis;
