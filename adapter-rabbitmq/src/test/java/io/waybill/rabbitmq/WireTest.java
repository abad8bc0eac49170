package io.waybill.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Envelope;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is read from a delivery that only another version of the broker would make. */
class WireTest {
    private static int attempt(boolean redelivered, Map<String, Object> headers) {
        AMQP.BasicProperties properties =
                new AMQP.BasicProperties.Builder().headers(headers).build();
        return Wire.delivery("orders", 0, new Envelope(1, redelivered, "", "0"), properties, new byte[0])
                .attempt();
    }

    @Test
    void whatComesAgainIsNoFirstAttemptWhateverTheBrokerCounts() {
        assertThat(attempt(false, Map.of())).isEqualTo(1);
        assertThat(attempt(true, Map.of())).isEqualTo(2);
        assertThat(attempt(true, Map.of("x-delivery-count", 0L))).isEqualTo(2);
        assertThat(attempt(true, Map.of("x-delivery-count", 3L))).isEqualTo(4);
        assertThat(attempt(false, Map.of("x-delivery-count", -1L))).isEqualTo(1);
    }
}
