/**
 * What applications use: connect, send, consume, administer.
 *
 * <pre>
 *   try (Waybill waybill = Waybill.connect("kafka://localhost:9092")) {
 *     Consumer billing = waybill.consumer("billing").subscribe("orders", delivery -&gt; charge(delivery.message()));
 *     Producer orders = waybill.producer("order-service").open();
 *     Receipt receipt = orders.send(Message.to("orders").key("o-17").text("{...}").build());
 *   }
 * </pre>
 *
 * <p>All classes here are final and safe for use by many threads, builders excepted.
 */
@NullMarked
package io.waybill;

import org.jspecify.annotations.NullMarked;
