package io.waybill.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {
    @Test
    void aCopyIsTheSameLogicalMessage() {
        Message message =
                Message.to("orders").key("k").header("a", "1").text("x").build();
        Message copy = message.toBuilder().header("b", "2").build();
        assertThat(copy.id()).isEqualTo(message.id());
        assertThat(copy.headers().names()).containsExactly("a", "b");
        assertThat(message.headers().names()).containsExactly("a");
    }

    @Test
    void idsAreUniqueVersion7() {
        Set<UUID> ids = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            UUID id = Message.to("t").build().id();
            assertThat(id.version()).isEqualTo(7);
            assertThat(id.variant()).isEqualTo(2);
            ids.add(id);
        }
        assertThat(ids).hasSize(100_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a/b", "ü", "a\u0001b", "..", "."})
    void refusesIllegalTopics(String name) {
        assertThatThrownBy(() -> Message.to(name))
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("Use 1 to");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\u0002b", "a\r\nb", "waybill", "Waybill-x"})
    void refusesIllegalHeaders(String name) {
        Message.Builder builder = Message.to("t");
        assertThatThrownBy(() -> builder.header(name, "x")).isInstanceOf(MessagingException.class);
    }

    @Test
    void limitsAreCheckedByBytes() {
        assertThatThrownBy(() -> Message.to("t").key("ü".repeat(513))).hasMessageContaining("1026 bytes");
        Message headers = Message.to("t").header("h", new byte[16 * 1024]).build();
        assertThatThrownBy(() -> Limits.check(headers, 10)).hasMessageContaining("16385 bytes");
        Message body = Message.to("t").body(new byte[11]).build();
        assertThatThrownBy(() -> Limits.check(body, 10)).hasMessageContaining("11 bytes");
    }

    @Test
    void codecsRefuseWhatIsNotTheirs() {
        Message message = Message.to("t").body(new byte[] {(byte) 0xff}).build();
        assertThatThrownBy(() -> message.payload(Codec.utf8()))
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("text/plain")
                .hasMessageContaining("content-type not given");
        assertThat(Message.to("t").payload("grüezi", Codec.utf8()).build().payload(Codec.utf8()))
                .isEqualTo("grüezi");
    }
}
