package io.waybill.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.message.MessagingException;
import io.waybill.message.Ordering;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static final Setting<Duration> WAIT = Setting.duration("wait", Duration.ofSeconds(30));
    private static final Setting<Long> SIZE = Setting.number("size", 5L, 1, 10);
    private static final Setting<Ordering> ORDER = Setting.choice("order", Ordering.class, Ordering.KEY);
    private static final Setting<String> PASSWORD = Setting.secret("password");
    private static final Setting<Boolean> TLS = Setting.bool("tls", null);
    private final Settings defaults = Settings.defaults(List.of(WAIT, SIZE, ORDER, PASSWORD, TLS));

    @Test
    void aLaterOriginWins() {
        Settings settings = defaults.with(Map.of("wait", "5s", "size", "7"), Settings.Origin.PROPERTIES)
                .with(Map.of("wait", "250ms", "order", "partition"), Settings.Origin.URI)
                .with(SIZE, 9L);
        assertThat(settings.get(WAIT)).isEqualTo(Duration.ofMillis(250));
        assertThat(settings.get(SIZE)).isEqualTo(9);
        assertThat(settings.get(ORDER)).isEqualTo(Ordering.PARTITION);
        assertThat(settings.origin(WAIT)).isEqualTo(Settings.Origin.URI);
        assertThat(settings.origin(SIZE)).isEqualTo(Settings.Origin.CODE);
        assertThat(settings.origin(TLS)).isEqualTo(Settings.Origin.DEFAULT);
        assertThat(settings.find(TLS)).isNull();
        assertThatThrownBy(() -> settings.get(TLS)).hasMessageContaining("tls");
    }

    @Test
    void secretsAreNeverPrinted() {
        Settings settings = defaults.with(Map.of("password", "hunter2"), Settings.Origin.URI);
        assertThat(settings.get(PASSWORD)).isEqualTo("hunter2");
        assertThat(settings.toString()).doesNotContain("hunter2").contains("password = ****  (URI)");
    }

    @Test
    void saysWhatIsWrong() {
        assertWrong("size", "11", "1 to 10");
        assertWrong("size", "many", "1 to 10");
        assertWrong("wait", "soon", "30s");
        assertWrong("wait", "-5s", "30s");
        assertWrong("order", "sideways", "PARTITION");
        assertWrong("tls", "maybe", "true or false");
        assertWrong("colour", "red", "Known are: order, password, size, tls, wait");
    }

    private void assertWrong(String name, String text, String fragment) {
        assertThatThrownBy(() -> defaults.with(Map.of(name, text), Settings.Origin.URI))
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("'" + name + "'")
                .hasMessageContaining(fragment);
    }
}
