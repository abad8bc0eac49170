package io.waybill.rocketmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Headers;
import io.waybill.message.Limits;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.spi.WaybillHeader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RocketMqEncodingTest {
    private static final int MAGIC = -626843481;

    /** One message as a batch carries it. */
    private static final class Sent {
        private final byte[] body;
        private final byte[] properties;

        Sent(byte[] body, byte[] properties) {
            this.body = body;
            this.properties = properties;
        }

        static Sent of(Message message) {
            Encoder encoder = new Encoder();
            assertThat(encoder.add(message, WaybillHeader.encode(message))).isNull();
            ByteBuffer in = ByteBuffer.wrap(encoder.take());
            assertThat(in.getInt()).isEqualTo(in.capacity());
            in.position(16);
            byte[] body = new byte[in.getInt()];
            in.get(body);
            byte[] properties = new byte[in.getShort()];
            in.get(properties);
            assertThat(in.hasRemaining()).isFalse();
            return new Sent(body, properties);
        }

        /** What RocketMQ itself reads in it. */
        Map<String, String> natively() {
            return MessageDecoder.string2messageProperties(new String(properties, StandardCharsets.UTF_8));
        }

        Delivery arrived() throws IOException {
            return RocketMqEncodingTest.arrived(stored(7, body, properties));
        }
    }

    private static Delivery arrived(byte[] stored) throws IOException {
        List<Delivery> deliveries = new Decoder("t", 3).from(0, stored);
        assertThat(deliveries).hasSize(1);
        return deliveries.get(0);
    }

    private static byte[] stored(long position, byte[] body, byte[] properties) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(4
                    + 4
                    + 4
                    + 4
                    + 4
                    + 8
                    + 8
                    + 4
                    + 8
                    + 8
                    + 8
                    + 8
                    + 4
                    + 8
                    + 4
                    + body.length
                    + 1
                    + 1
                    + 2
                    + properties.length);
            out.writeInt(MAGIC);
            out.writeInt(0);
            out.writeInt(0);
            out.writeInt(0);
            out.writeLong(position);
            out.writeLong(0);
            out.writeInt(0);
            out.writeLong(1_000);
            out.writeLong(0);
            out.writeLong(2_000);
            out.writeLong(0);
            out.writeInt(0);
            out.writeLong(0);
            out.writeInt(body.length);
            out.write(body);
            out.writeByte(1);
            out.writeByte('t');
            out.writeShort(properties.length);
            out.write(properties);
        }
        return bytes.toByteArray();
    }

    private static Message message(byte[] key, Map<String, byte[]> headers) {
        Headers.Builder builder = Headers.unchecked();
        headers.forEach(builder::put);
        return Message.restored("t", key, builder.build(), new byte[] {1, 0, 2}, 5, 6);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void comes_back_as_it_went() throws IOException {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        Map<String, byte[]> headers = Map.of(
                "text", utf8("Zo\u00eb \ud83d\ude9a"),
                "empty", new byte[0],
                "all", all,
                "tilde", utf8("~not base64"),
                "tilde64", utf8("~AAAA"),
                "c1", utf8("a\u0085b"));
        Message sent = message(all, headers);
        Delivery arrived = Sent.of(sent).arrived();
        assertThat(arrived.message().headers()).isEqualTo(sent.headers());
        assertThat(arrived.message().key()).isEqualTo(all);
        assertThat(arrived.message().body()).containsExactly(1, 0, 2);
        assertThat(arrived.id()).isEqualTo(sent.id());
        assertThat(arrived.foreign()).isFalse();
        assertThat(arrived.position()).isEqualTo(7);
        assertThat(arrived.partition()).isEqualTo(3);
        assertThat(arrived.timestampMillis()).isEqualTo(1_000);
    }

    @Test
    void random_bytes_come_back() throws IOException {
        Random random = new Random(42);
        for (int round = 0; round < 2_000; round++) {
            byte[] value = new byte[random.nextInt(12)];
            random.nextBytes(value);
            byte[] key = new byte[random.nextInt(6)];
            random.nextBytes(key);
            Sent sent = Sent.of(message(key, Map.of("h", value)));
            Delivery arrived = sent.arrived();
            assertThat(arrived.message().headers().bytes("h").orElseThrow()).isEqualTo(value);
            assertThat(arrived.message().key()).isEqualTo(key);
            // a broker that reads the properties as text and writes them again changes nothing
            String text = new String(sent.properties, StandardCharsets.UTF_8);
            assertThat(utf8(text)).isEqualTo(sent.properties);
        }
    }

    @Test
    void no_key_is_not_an_empty_key() throws IOException {
        assertThat(Sent.of(message(null, Map.of())).arrived().message().key()).isNull();
        assertThat(Sent.of(message(new byte[0], Map.of())).arrived().message().key())
                .isEmpty();
    }

    @Test
    void a_value_forges_no_property() throws IOException {
        String forged = "hello\u0002DELAY\u00013\u0002TRAN_MSG\u0001true\u0002seq\u00019999";
        Sent sent = Sent.of(message(utf8(forged), Map.of("note", utf8(forged))));
        assertThat(sent.natively())
                .containsOnlyKeys(
                        "note",
                        WaybillHeader.NAME,
                        MessageConst.PROPERTY_KEYS,
                        MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX);
        assertThat(sent.arrived().message().headers().text("note")).contains(forged);
        assertThat(sent.arrived().message().key()).isEqualTo(utf8(forged));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "KEYS",
                "TAGS",
                "DELAY",
                "TRAN_MSG",
                "PGROUP",
                "UNIQ_KEY",
                "WAIT",
                "TIMER_DELAY_MS",
                "TIMER_ANYTHING_NEW",
                "__STARTDELIVERTIME",
                "INNER_MULTI_DISPATCH",
                "1ST_POP_TIME"
            })
    void a_name_that_rocketmq_uses_is_a_header_like_others(String name) throws IOException {
        Sent sent = Sent.of(message(null, Map.of(name, utf8("3"))));
        assertThat(sent.natively().keySet())
                .contains("~" + name)
                .filteredOn(name::equals)
                .hasSize(name.equals("UNIQ_KEY") ? 1 : 0);
        assertThat(sent.arrived().message().headers().text(name)).contains("3");
    }

    @Test
    void native_tools_can_read_what_is_text() {
        Map<String, String> properties =
                Sent.of(message(utf8("order-17"), Map.of("kind", utf8("paid")))).natively();
        assertThat(properties).containsEntry("KEYS", "order-17").containsEntry("kind", "paid");
        assertThat(Sent.of(message(utf8("two words"), Map.of())).natively().get("KEYS"))
                .as("RocketMQ splits at spaces")
                .startsWith("~")
                .doesNotContain(" ");
    }

    @Test
    void a_foreign_message_is_read_as_it_stands() throws IOException {
        byte[] properties =
                utf8("KEYS\u0001a b\u0002TAGS\u0001t\u0002UNIQ_KEY\u00010A\u0002color\u0001~AAAA\u0002~KEYS\u0001x");
        Delivery arrived = arrived(stored(0, utf8("body"), properties));
        assertThat(arrived.foreign()).isTrue();
        assertThat(arrived.message().key()).isEqualTo(utf8("a b"));
        assertThat(arrived.message().headers().text("color")).contains("~AAAA");
        assertThat(arrived.message().headers().text("~KEYS")).contains("x");
        assertThat(arrived.message().headers().names()).containsExactlyInAnyOrder("color", "~KEYS");
    }

    @Test
    void a_property_of_our_name_that_is_none_of_ours_does_not_stop_reading() throws IOException {
        Delivery arrived =
                arrived(stored(0, new byte[0], utf8("waybill\u0001???\u0002broken\u0002\u0001\u0002a\u0001b")));
        assertThat(arrived.foreign()).isTrue();
        assertThat(arrived.message().headers().text("a")).contains("b");
    }

    @Test
    void messages_before_the_position_are_left_out() throws IOException {
        byte[] one = stored(4, utf8("a"), new byte[0]);
        byte[] two = stored(5, utf8("b"), new byte[0]);
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        assertThat(new Decoder("t", 0).from(5, both)).hasSize(1);
        assertThat(Decoder.bodies(both)).containsExactly(utf8("a"), utf8("b"));
        assertThat(Decoder.storedAt(both)).isEqualTo(2_000);
    }

    @Test
    void the_largest_headers_fit_and_too_many_small_ones_are_refused() {
        byte[] large = new byte[Limits.HEADERS_BYTES - 1];
        Encoder encoder = new Encoder();
        Message fits = message(new byte[Limits.KEY_BYTES], Map.of("h", large));
        assertThat(encoder.add(fits, WaybillHeader.encode(fits))).isNull();
        int before = encoder.size();

        Headers.Builder many = Headers.unchecked();
        for (int i = 0; i < 6_000; i++) {
            many.put(String.format("%x", i), new byte[0]);
        }
        Message tooMany = Message.restored("t", null, many.build(), new byte[0], 1, 2);
        MessagingException refusal = encoder.add(tooMany, WaybillHeader.encode(tooMany));
        assertThat(refusal).hasMessageContaining("'t'").hasMessageContaining("32000");
        assertThat(refusal.kind()).isEqualTo(ErrorKind.INVALID);
        assertThat(encoder.size()).as("nothing of it is left in the batch").isEqualTo(before);
    }

    @Test
    void names_have_bars_for_dots() {
        assertThat(Names.rocketmq("waybill.members.a.b")).isEqualTo("waybill|members|a|b");
        assertThat(Names.topic("waybill|members|a|b")).contains("waybill.members.a.b");
        assertThat(Names.topic("%RETRY%g")).isEmpty();
        assertThat(Names.topic("TBW102")).isEmpty();
        assertThat(Names.group("TOOLS_CONSUMER")).isEmpty();
        assertThat(Names.group("billing")).contains("billing");
    }

    @Test
    void partitions_follow_the_recorded_order() {
        assertThat(Topology.parse("t", "b:1;a:2"))
                .containsExactly(new Topology.Queue("b", 0), new Topology.Queue("a", 0), new Topology.Queue("a", 1));
        assertThat(Topology.parse("t", "nonsense")).isEmpty();
        assertThat(Topology.order(Map.of("b", 1, "a", 2, "c", 0))).isEqualTo("a:2;b:1");
        Map<String, Integer> spread = Topics.spread("t", 7, List.of("a", "b", "c"));
        assertThat(spread.values().stream().mapToInt(n -> n).sum()).isEqualTo(7);
        assertThat(spread.values()).allMatch(n -> n == 2 || n == 3);
        assertThat(Topics.spread("t", 1, List.of("a", "b"))).hasSize(1);
    }
}
