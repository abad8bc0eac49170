package io.waybill.examples;

import io.waybill.codec.jackson.JacksonCodec;
import io.waybill.message.Codec;

/**
 * What a customer of the flash sale ordered.
 *
 * @param number counts all orders of the sale from 0, and so rises from order to order of a customer
 * @param customer who ordered: the message's key, so that the orders of a customer are handled one after the other
 * @param article what was ordered
 * @param cents what it costs
 */
record Order(int number, String customer, String article, int cents) {
    static final Codec<Order> CODEC = JacksonCodec.of(Order.class);

    private static final int CUSTOMERS = 400;

    /** The order with this number, always the same. */
    static Order number(int number) {
        return new Order(number, "customer-" + number % CUSTOMERS, "umbrella", 1_000 + number % 900);
    }
}
