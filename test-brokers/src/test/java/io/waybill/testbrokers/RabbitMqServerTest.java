package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RabbitMqServerTest {
    @Test
    void aMissingServerNamesTheRemedy(@TempDir Path empty) {
        for (Path folder : new Path[] {empty, empty.resolve("nowhere")}) {
            RabbitMqServer server = RabbitMqServer.in(folder);
            assertThat(server.availability().toString())
                    .startsWith("NOT AVAILABLE")
                    .contains("not installed", folder.toString(), "apt-get install rabbitmq-server");
            assertThat(server.version()).isEqualTo("unknown");
            assertThatThrownBy(() -> server.script("rabbitmq-server"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("apt-get install rabbitmq-server");
        }
    }

    @Test
    void aServerThatIsTooOldIsNotAvailable(@TempDir Path folder) throws IOException {
        install(folder, "3.9.13");
        install(folder, "3.8.2");
        RabbitMqServer server = RabbitMqServer.in(folder);
        assertThat(server.availability().toString())
                .startsWith("NOT AVAILABLE")
                .contains("3.9.13 is too old", "3.10 or newer");
        assertThatThrownBy(() -> server.script("rabbitmq-server")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theNewestServerIsTaken(@TempDir Path folder) throws IOException {
        install(folder, "3.9.13");
        install(folder, "3.13.7");
        install(folder, "3.13.10");
        Files.createDirectories(folder.resolve("rabbitmq_server-next"));
        RabbitMqServer server = RabbitMqServer.in(folder);
        assertThat(server.availability().available()).isTrue();
        assertThat(server.version()).isEqualTo("3.13.10");
        assertThat(server.script("rabbitmqctl"))
                .isEqualTo(folder.resolve("rabbitmq_server-3.13.10/sbin/rabbitmqctl")
                        .toString());

        install(folder, "4.2.0-rc.1");
        assertThat(RabbitMqServer.in(folder).version()).isEqualTo("4.2.0-rc.1");
    }

    private static void install(Path folder, String version) throws IOException {
        Path unused = Files.createDirectories(folder.resolve("rabbitmq_server-" + version));
    }
}
