package io.waybill.codec.jackson;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Codec;
import io.waybill.message.DeadLetter;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

class JacksonCodecTest {
    record Order(int number, String customer, Instant at) {}

    record Broken(String text) {
        @Override
        public String text() {
            throw new IllegalStateException("no text today");
        }
    }

    private static final Codec<Order> ORDERS = JacksonCodec.of(Order.class);
    private static final Order ORDER = new Order(17, "Zo\u00eb", Instant.parse("2026-01-02T03:04:05.678Z"));

    private static Message message(String body) {
        return Message.to("orders").text(body).build();
    }

    @Test
    void writesAndReadsAPayload() {
        Message message = Message.to("orders").payload(ORDER, ORDERS).build();
        assertThat(message.headers().text(Message.CONTENT_TYPE)).contains("application/json");
        assertThat(message.text()).startsWith("{").contains("\"Zo\u00eb\"");
        assertThat(message.payload(ORDERS)).isEqualTo(ORDER);
    }

    @Test
    void writesAndReadsGenericTypes() {
        Codec<Map<String, List<Order>>> codec = JacksonCodec.of(new TypeReference<Map<String, List<Order>>>() {});
        Map<String, List<Order>> payload = Map.of("new", List.of(ORDER, ORDER), "old", List.of());
        assertThat(Message.to("orders").payload(payload, codec).build().payload(codec))
                .isEqualTo(payload);
    }

    @Test
    void ignoresPropertiesThatItDoesNotKnowUnlessTheMapperSaysOtherwise() {
        Message message = message("{\"number\":1,\"customer\":\"c\",\"at\":\"2026-01-02T03:04:05Z\",\"new\":true}");
        assertThat(message.payload(ORDERS).number()).isEqualTo(1);

        JsonMapper strict = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
        assertThatThrownBy(() -> message.payload(JacksonCodec.of(strict, Order.class)))
                .isInstanceOf(MessagingException.class);
        assertThatThrownBy(() -> message.payload(JacksonCodec.of(strict, new TypeReference<Order>() {})))
                .isInstanceOf(MessagingException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "no json",
                "{\"number\":1",
                "{\"number\":1}{\"number\":2}",
                "[]",
                "\"text\"",
                "{\"number\":\"many\"}",
                "{\"number\":null}",
                "{\"number\":1,\"at\":\"yesterday\"}"
            })
    void refusesABodyThatIsNoSuchPayload(String body) {
        assertThatThrownBy(() -> message(body).payload(ORDERS))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
                .hasMessageContaining("application/json")
                .hasMessageContaining("'orders'");
    }

    @Test
    void refusesAPayloadThatCannotBeWritten() {
        assertThatThrownBy(() -> Message.to("orders").payload(new Broken("x"), JacksonCodec.of(Broken.class)))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID));
    }

    @Test
    void createsNoTypeThatTheBodyNames() {
        Codec<Object> any = JacksonCodec.of(Object.class);
        Object payload = message("{\"@class\":\"java.io.File\",\"path\":\"/etc/passwd\"}")
                .payload(any);
        assertThat(payload).isInstanceOf(Map.class);
    }

    @Test
    void readsBytesAsTheyAre() throws Exception {
        assertThat(ORDERS.decode(ORDERS.encode(ORDER))).isEqualTo(ORDER);
        assertThat(new String(ORDERS.encode(ORDER), UTF_8)).contains("\"number\":17");
        assertThat(ORDERS).asString().contains("Order");
    }

    @Test
    void aWrongPayloadGoesToTheDeadLettersAtOnceAndTheNextOneIsHandled() {
        ConcurrentLinkedQueue<Order> handled = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<DeadLetter> dead = new ConcurrentLinkedQueue<>();
        try (Waybill waybill = Waybill.connect("memory:")) {
            waybill.admin().createTopic("orders", 1);
            var unused =
                    waybill.consumer("billing").subscribe("orders", ORDERS, (delivery, order) -> handled.add(order));
            var unusedToo = waybill.consumer("undertaker")
                    .subscribe(
                            "orders.billing.dead",
                            delivery -> DeadLetter.of(delivery).ifPresent(dead::add));
            Producer producer = waybill.producer("shop").open();
            producer.send(Message.to("orders").key("k").text("no json").build());
            producer.send(Message.to("orders").key("k").payload(ORDER, ORDERS).build());
            await().until(() -> !handled.isEmpty() && !dead.isEmpty());
        }
        assertThat(handled).containsExactly(ORDER);
        assertThat(dead).singleElement().satisfies(letter -> {
            assertThat(letter.attempts()).isEqualTo(1);
            assertThat(letter.reason()).contains("application/json");
        });
    }
}
