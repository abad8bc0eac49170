package io.waybill.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionUriTest {
    @Test
    void readsAllParts() {
        ConnectionUri uri = ConnectionUri.parse("Kafka://me:p%40ss%2Fword@a:1,[::1]:2,c/v%20host?x=1&y=a%26b");
        assertThat(uri.scheme()).isEqualTo("kafka");
        assertThat(uri.user()).contains("me");
        assertThat(uri.password()).contains("p@ss/word");
        assertThat(uri.hosts())
                .containsExactly(
                        new ConnectionUri.Host("a", 1),
                        new ConnectionUri.Host("[::1]", 2),
                        new ConnectionUri.Host("c", -1));
        assertThat(uri.path()).isEqualTo("v host");
        assertThat(uri.parameters()).containsEntry("x", "1").containsEntry("y", "a&b");
        assertThat(uri.toString()).doesNotContain("me").doesNotContain("p@ss").doesNotContain("x");
    }

    @Test
    void readsWhatNeedsNoHost() {
        ConnectionUri uri = ConnectionUri.parse("memory:shop?shape=queue");
        assertThat(uri.hosts()).isEmpty();
        assertThat(uri.path()).isEqualTo("shop");
        assertThat(uri.parameters()).containsEntry("shape", "queue");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost:9092x/",
                "://host",
                "kafka",
                "kafka://",
                "kafka://host:0",
                "kafka://host:99999",
                "kafka://me:s3cret/x@host:1",
                "kafka://a,,b",
                "kafka://host?s3cret",
                "kafka://host?x=%zz",
                "kafka://host?x=1&x=2",
                "kafka://me:x?s3cret=y@host:1",
                "kafka://me:s3cret@ho st:1"
            })
    void refusesWithARemedyAndWithoutThePassword(String text) {
        assertThatThrownBy(() -> {
                    ConnectionUri uri = ConnectionUri.parse(text);
                    if (uri.hosts().isEmpty()) {
                        throw new MessagingException(ErrorKind.INVALID, "such as kafka://localhost:9092");
                    }
                })
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
                .hasMessageContaining("kafka://localhost:9092")
                .hasMessageNotContaining("s3cret");
    }
}
