package io.waybill.cli;

import static io.waybill.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.testbrokers.Brokers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MainTest {
    private static final String BROKER_JARS = "waybill.kafka.broker.lib";

    @Test
    void demoOnMemoryPrintsOneTable() {
        Result result = run("demo", "--broker", "memory", "--orders", "300");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().lines()).hasSize(3);
        assertThat(result.out()).contains("payment", "risk", "notification", "statistics", "lost", "msg/s", "seconds");
        assertThat(result.out().lines().toList().get(2)).startsWith("memory  ").contains(" 300 ", " 299 ");
        assertThat(result.err()).contains("memory: the books add up").doesNotContain("WARN", "Exception");
    }

    @Test
    void jsonIsTheWholeOutput() {
        Result result = run("demo", "--broker", "memory", "--orders", "300", "--json");
        assertThat(result.code()).as(result.err()).isZero();
        JsonNode root = JsonMapper.shared().readTree(result.out());
        assertThat(root.propertyNames()).containsExactly("runs");
        assertThat(root.get("runs").size()).isEqualTo(1);
        JsonNode run = root.get("runs").get(0);
        assertThat(run.propertyNames())
                .containsExactly(
                        "broker",
                        "version",
                        "available",
                        "reason",
                        "sent",
                        "acknowledged",
                        "handled",
                        "redelivered",
                        "deadLettered",
                        "outOfOrder",
                        "lost",
                        "balanced",
                        "messagesPerSecond",
                        "seconds");
        assertThat(run.get("broker").asString()).isEqualTo("memory");
        assertThat(run.get("available").booleanValue()).isTrue();
        assertThat(run.get("acknowledged").longValue()).isEqualTo(300);
        assertThat(run.get("handled").get("payment").longValue()).isEqualTo(300);
        assertThat(run.get("handled").get("risk").longValue()).isEqualTo(299);
        assertThat(run.get("deadLettered").longValue()).isEqualTo(1);
        assertThat(run.get("lost").longValue()).isZero();
        assertThat(run.get("balanced").booleanValue()).isTrue();
        assertThat(run.get("messagesPerSecond").doubleValue()).isPositive();
        assertThat(run.get("seconds").doubleValue()).isPositive();
    }

    @Test
    void oneOrderIsEnough() {
        assertThat(run("demo", "--broker", "memory", "--orders", "1").code()).isZero();
    }

    @Test
    void aBrokerThatCannotBeHadIsARowAndNoFailureUnlessAskedForByName(@TempDir Path empty) {
        System.setProperty(BROKER_JARS, empty.toString());
        System.setProperty(Brokers.WITH, "process"); // no container instead
        try {
            Result all = run("demo", "--orders", "50");
            assertThat(all.code()).as(all.err()).isZero();
            assertThat(all.out()).containsPattern("(?m)^kafka +NOT AVAILABLE: .*; to have it: .+$");
            assertThat(all.out()).containsPattern("(?m)^memory ");

            Result named = run("demo", "--broker", "kafka", "--json");
            assertThat(named.code()).isEqualTo(2);
            JsonNode row = JsonMapper.shared().readTree(named.out()).get("runs").get(0);
            assertThat(row.get("available").booleanValue()).isFalse();
            assertThat(row.get("balanced").booleanValue()).isFalse();
            assertThat(row.get("reason").asString()).contains("to have it");
        } finally {
            System.clearProperty(Brokers.WITH);
            System.clearProperty(BROKER_JARS);
        }
    }

    @Test
    void anUnreachableBrokerIsNamedWithoutItsSecrets() {
        Result result = run(
                "demo",
                "--broker",
                "kafka://user:hunter2@127.0.0.1:1?insecure=true&sasl.mechanism=PLAIN&connect.timeout=1s");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).contains("NOT AVAILABLE", "127.0.0.1:1");
        assertThat(result.out() + result.err()).doesNotContain("hunter2", "\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo --broker nix",
                "demo --broker foo://localhost:1",
                "demo --broker kafka:",
                "demo --broker memory:?nix=1",
                "demo --broker",
                "demo --orders 0",
                "demo --orders -1",
                "demo --orders 1000001",
                "demo --orders many",
                "demo --nix",
                "conform --broker nix",
                "conform --broker foo://localhost:1",
                "conform --broker memory:",
                "conform --broker kafka:",
                "conform --broker",
                "conform --rule S99",
                "conform --rule S11",
                "conform --rule s1",
                "conform --soak long",
                "conform --soak 0s",
                "conform --soak 13h",
                "conform --with docker",
                "conform --out /dev/null/nowhere",
                "conform --nix",
                "lab",
                "lab nix",
                "lab loss --broker nix",
                "lab loss --broker kafka://localhost:9092",
                "lab loss --seed many",
                "lab loss --out /dev/null/nowhere",
                "lab loss --only nix",
                "demo memory",
                "nix"
            })
    void whatMakesNoSenseIsRefusedInOneLine(String line) {
        Result result = run(line.split(" "));
        assertThat(result.code()).as(result.err()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).hasSize(2);
        assertThat(result.err()).startsWith("waybill").contains("--help").doesNotContain("Exception", "\tat ");
    }

    @Test
    void helpSaysWhatThereIs() {
        assertThat(run("--help").out()).contains("demo", "conform", "lab");
        Result help = run("demo", "--help");
        assertThat(help.code()).isZero();
        assertThat(help.out()).contains("--broker", "--orders", "--json", "Exit code");
        assertThat(run("conform", "--help").out())
                .contains("--broker", "--rule", "--out", "--with", "--soak", "Exit code");
        assertThat(run("lab", "loss", "--help").out())
                .contains("--broker", "--only", "--seed", "--json", "--out", "Exit code");
        assertThat(run().code()).isEqualTo(2);
        assertThat(run("--version").out()).matches("waybill [0-9]+\\.[0-9]+\\.[0-9]+\\S*\\R");
    }
}
