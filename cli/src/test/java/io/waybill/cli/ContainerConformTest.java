package io.waybill.cli;

import static io.waybill.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole conformance suite on brokers in containers, faults included; some five minutes for each. */
@EnabledIfSystemProperty(
        named = "waybill.testcontainers",
        matches = "true",
        disabledReason = "needs a Docker engine: run it with -Ptestcontainers")
class ContainerConformTest {
    @ParameterizedTest
    @ValueSource(strings = {"kafka", "rocketmq", "rabbitmq"})
    void theSuitePasses(String broker) throws Exception {
        Path folder = Files.createDirectories(Path.of("target", "conformance-testcontainers", broker));
        Result result = run("conform", "--broker", broker, "--with", "testcontainers", "--out", folder.toString());
        assertThat(result.code()).as(result.err()).isZero();
        JsonNode tested = JsonMapper.shared()
                .readTree(Files.readString(folder.resolve("conformance.json")))
                .get("brokers")
                .get(0);
        assertThat(tested.get("version").asString()).contains(" (image ");
        assertThat(tested.get("faults").propertyNames()).contains("broker killed", "broker paused");
    }
}
