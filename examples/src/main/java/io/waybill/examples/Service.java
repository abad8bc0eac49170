package io.waybill.examples;

import io.waybill.message.RetryLaterException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What happens to each order: four groups of one topic. Some fail at first, always with the same orders. */
enum Service {
    PAYMENT {
        @Override
        void handle(Order order, int attempt) {
            if (order.number() % 100 == 17 && attempt == 1) {
                throw new IllegalStateException("the bank does not answer");
            }
        }
    },
    RISK {
        @Override
        void handle(Order order, int attempt) {
            if (order.number() % 1000 == 13) {
                throw new IllegalStateException("nobody can rate this order, however often it is tried");
            }
        }
    },
    NOTIFICATION {
        @Override
        void handle(Order order, int attempt) {
            if (order.number() % 100 == 42 && attempt == 1) {
                throw new RetryLaterException(Duration.ofMillis(20));
            }
        }
    },
    STATISTICS {
        @Override
        void handle(Order order, int attempt) {}
    };

    /** Returning acknowledges, throwing asks for another attempt. */
    abstract void handle(Order order, int attempt);

    /** As it is called in the books. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<Service> all() {
        return Arrays.asList(values());
    }
}
