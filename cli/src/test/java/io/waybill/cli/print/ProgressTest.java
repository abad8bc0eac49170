package io.waybill.cli.print;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(bytes, true, UTF_8);

    @Test
    void writesLinesWhereThereIsNoTerminal() {
        Progress progress = new Progress(err, () -> "half done", false);
        await().until(() -> bytes.size() > 0);
        progress.close();
        assertThat(bytes.toString(UTF_8).lines()).containsOnly("half done");
    }

    @Test
    void keepsToOneLineOnATerminalAndClearsItAtTheEnd() {
        Progress progress = new Progress(err, () -> "half done, ".repeat(20), true);
        await().until(() -> bytes.size() > 0);
        progress.close();
        String text = bytes.toString(UTF_8);
        assertThat(text).doesNotContain("\n").startsWith("\r\033[Khalf done").endsWith("\r\033[K");
        assertThat(text.split("\r", -1)[1].length()).isLessThanOrEqualTo(79 + 3);
    }
}
