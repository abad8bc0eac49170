package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.ledger.VerifierState.Row;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicPartition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is special about state in files; the conformance suite tests what every state does. */
class FileStateTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    @TempDir
    Path folder;

    private VerifierState state() {
        return VerifierState.files(folder.resolve("state"));
    }

    private static Map<TopicPartition, Row> row(String text) {
        return Map.of(PARTITION, new Row(text.getBytes(StandardCharsets.UTF_8), 0));
    }

    @Test
    void itOutlivesTheProcess() throws Exception {
        assertThat(state().save("billing", row("a"))).isEmpty();
        assertThat(state().load("billing", List.of(PARTITION))).containsOnlyKeys(PARTITION);
    }

    @Test
    void aDamagedFileIsToldAndNotBelieved() throws Exception {
        VerifierState state = state();
        assertThat(state.save("billing", row("abc"))).isEmpty();
        Path file = folder.resolve("state").resolve("billing~orders~0");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1]++;
        Files.write(file, bytes);
        assertThatThrownBy(() -> state.load("billing", List.of(PARTITION)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("billing~orders~0")
                .hasMessageContaining("Delete it");
    }

    @Test
    void aFolderThatCannotBeIsRefusedAtOnce() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> VerifierState.files(file.resolve("state")))
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("cannot be written");
    }
}
