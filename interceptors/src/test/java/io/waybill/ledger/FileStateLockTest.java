package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.ledger.VerifierState.Row;
import io.waybill.message.TopicPartition;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is stopped while it holds the lock of a folder stops nobody else for ever. */
class FileStateLockTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final int LOCKED = 'x';

    /** Holds the lock until it is killed, or its parent is gone. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                System.out.write(LOCKED);
                System.out.flush();
                int unused = System.in.read();
                assertThat(lock.isValid()).isTrue();
            }
        }
    }

    @Test
    @Timeout(60)
    void whoWaitsForAStoppedProcessGivesUpAndTriesAgain(@TempDir Path folder) throws Exception {
        VerifierState state = VerifierState.files(folder);
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        folder.resolve("lock").toString())
                .redirectError(Redirect.INHERIT)
                .start();
        Row first = new Row(new byte[] {1}, 0);
        try {
            assertThat(holder.getInputStream().read()).isEqualTo(LOCKED);
            assertThatThrownBy(() -> state.save("billing", Map.of(PARTITION, first)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("was it stopped?");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertThat(state.save("billing", Map.of(PARTITION, first))).isEmpty();
        assertThat(state.load("billing", List.of(PARTITION))).containsOnlyKeys(PARTITION);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("nothing is left of what could not be saved")
                    .containsExactlyInAnyOrder("lock", "billing~orders~0");
        }
    }
}
