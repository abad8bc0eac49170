package io.waybill.examples;

import io.waybill.message.Codec;
import java.nio.charset.StandardCharsets;

/**
 * What a customer of the flash sale ordered.
 *
 * @param number counts all orders of the sale from 0, and so rises from order to order of a customer
 * @param customer who ordered: the message's key, so that the orders of a customer are handled one after the other
 * @param article what was ordered
 * @param cents what it costs
 */
record Order(int number, String customer, String article, int cents) {
    static final Codec<Order> CODEC = new CommaSeparated();

    /** A prime, so that the orders that fail are those of many customers. */
    private static final int CUSTOMERS = 397;

    /** The order with this number, always the same. */
    static Order number(int number) {
        return new Order(number, "customer-" + number % CUSTOMERS, "umbrella", 1_000 + number % 900);
    }

    /** A codec is two methods and a name; the one for JSON is in the module codec-jackson. */
    private static final class CommaSeparated implements Codec<Order> {
        @Override
        public byte[] encode(Order order) {
            String line = order.number + "," + order.customer + "," + order.article + "," + order.cents;
            return line.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Order decode(byte[] body) throws Exception {
            String[] fields = Codec.utf8().decode(body).split(",", -1);
            if (fields.length != 4) {
                throw new IllegalArgumentException("An order has 4 fields, not " + fields.length);
            }
            return new Order(Integer.parseInt(fields[0]), fields[1], fields[2], Integer.parseInt(fields[3]));
        }

        @Override
        public String contentType() {
            return "text/csv";
        }
    }
}
