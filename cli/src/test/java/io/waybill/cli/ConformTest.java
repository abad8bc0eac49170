package io.waybill.cli;

import static io.waybill.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.conformance.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code waybill conform}, from the command to the files. */
class ConformTest {
    private static final String BROKER_JARS = "waybill.kafka.broker.lib";

    @TempDir
    private Path folder;

    private Result conform(String... arguments) {
        List<String> all = new ArrayList<>(List.of("conform", "--out", folder.toString()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(folder.resolve("conformance.json")));
    }

    private static List<JsonNode> cases(JsonNode broker) {
        return broker.get("rules")
                .valueStream()
                .flatMap(rule -> rule.get("cases").valueStream())
                .toList();
    }

    private String allFiles() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    @Test
    void memoryPassesAndEveryFormSaysSo() throws Exception {
        Result result = conform("--broker", "memory", "--rule", "S5", "--rule", "C9");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().lines()).hasSize(3);
        assertThat(result.out())
                .containsPattern("(?m)^rule +memory +promise$")
                .containsPattern("(?m)^S5 +PASS +A message")
                .containsPattern("(?m)^C9 +EMULATED +Every partition");
        assertThat(result.err()).contains("memory: ", " passed, 0 failed");
        assertThat(Files.readString(folder.resolve("badge.svg"))).contains("2 of 2 rules", "#1a7f37");
        assertThat(Files.readString(folder.resolve("matrix.md"))).contains("| C9 | ", " | EMULATED |");
        assertThat(Files.readString(folder.resolve("matrix.html"))).contains("<table", "consumer killed (1)");

        Element suite = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(folder.resolve("TEST-memory.xml").toFile())
                .getDocumentElement();
        assertThat(suite.getAttribute("failures")).isEqualTo("0");
        assertThat(suite.getElementsByTagName("testcase").getLength())
                .isEqualTo(Integer.parseInt(suite.getAttribute("tests")))
                .isGreaterThan(4);

        JsonNode json = json();
        assertThat(json.propertyNames()).containsExactly("date", "waybill", "brokers");
        assertThat(json.get("brokers").size()).isEqualTo(1);
        JsonNode broker = json.get("brokers").get(0);
        assertThat(broker.propertyNames()).containsExactly("name", "version", "client", "notTested", "faults", "rules");
        assertThat(broker.get("name").asString()).isEqualTo("memory");
        assertThat(broker.get("version").asString()).isEqualTo("built-in");
        JsonNode rule = broker.get("rules").get(1);
        assertThat(rule.propertyNames()).containsExactly("id", "title", "verdict", "cases");
        assertThat(rule.get("id").asString()).isEqualTo("C9");
        assertThat(rule.get("title").asString()).isEqualTo(Rule.C9.title());
        assertThat(rule.get("verdict").asString()).isEqualTo("EMULATED");
        assertThat(cases(broker)).allSatisfy(one -> {
            assertThat(one.propertyNames()).containsExactly("name", "status", "seconds", "seed", "message");
            boolean network = one.get("message").asString("").contains("no way through a proxy");
            assertThat(one.get("status").asString()).isEqualTo(network ? "SKIPPED" : "PASS");
            assertThat(one.get("seconds").doubleValue()).isNotNegative();
        });
        assertThat(cases(broker))
                .as("the storm tells its seed")
                .anySatisfy(one -> assertThat(one.get("seed").asString()).matches("-?[0-9]+"));
    }

    @Test
    void aWrongBrokerFailsWithTheMessage() throws Exception {
        Result result = conform("--broker", RefusingTarget.NAME, "--broker", "memory", "--rule", "S5");
        assertThat(result.code()).as(result.err()).isEqualTo(1);
        assertThat(result.out()).containsPattern("(?m)^S5 +FAIL +PASS ");
        assertThat(result.err()).contains("refusing: FAIL S5 a message that is sent again keeps its id: ");
        JsonNode broker = json().get("brokers").get(0);
        assertThat(broker.get("rules").get(0).get("verdict").asString()).isEqualTo("FAIL");
        assertThat(cases(broker)).anySatisfy(one -> {
            assertThat(one.get("status").asString()).isEqualTo("FAIL");
            assertThat(one.get("message").asString()).contains("was told to refuse this");
        });
        assertThat(Files.readString(folder.resolve("badge.svg"))).contains("0 of 1 rules", "#b3261e");
        assertThat(Files.readString(folder.resolve("matrix.html"))).contains("Tests failed on refusing.");
        assertThat(Files.readString(folder.resolve("TEST-refusing.xml"))).contains("<failure message=", "\tat ");
    }

    @Test
    void aBrokerThatDoesNotStartFailsWithTheCause() throws Exception {
        assertThat(conform("--broker", RefusingTarget.Broken.NAME, "--rule", "S5")
                        .code())
                .isEqualTo(1);
        assertThat(cases(json().get("brokers").get(0)))
                .isNotEmpty()
                .allSatisfy(one -> assertThat(one.get("message").asString())
                        .contains("did not start", "caused by ", "the disk is full"));
    }

    @Test
    void whatABrokerCannotDoIsUnsupportedAndNoFailure() throws Exception {
        assertThat(conform("--broker", "memory-queue", "--rule", "C13").code()).isZero();
        JsonNode broker = json().get("brokers").get(0);
        assertThat(broker.get("rules").get(0).get("verdict").asString()).isEqualTo("PASS");
        assertThat(cases(broker)).anySatisfy(one -> {
            assertThat(one.get("status").asString()).isEqualTo("UNSUPPORTED");
            assertThat(one.get("message").asString()).isEqualTo("memory-queue has no RESET_POSITIONS");
        });
    }

    @Test
    void onlyTheTestsOfARuleRun() throws Exception {
        assertThat(conform("--broker", "memory", "--rule", "I1").code()).isZero();
        JsonNode rules = json().get("brokers").get(0).get("rules");
        assertThat(rules.size()).isEqualTo(1);
        assertThat(rules.get(0).get("cases").valueStream())
                .isNotEmpty()
                .allMatch(one -> one.get("name").asString().startsWith("I1 "));
        assertThat(Files.readString(folder.resolve("TEST-memory.xml"))).doesNotContain("name=\"S1 ");
    }

    @Test
    void aBrokerThatCannotBeHadIsNotTestedAndNoFailureIfAllWereAskedFor() throws Exception {
        Result result = conform("--broker", "memory", "--broker", "all", "--with", "external", "--rule", "S5");
        List<String> missing = Stream.of("KAFKA", "ROCKETMQ", "RABBITMQ")
                .filter(name -> System.getenv("WAYBILL_TEST_BROKER_" + name) == null)
                .toList();
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).containsPattern("(?m)^S5 +PASS +PASS ");
        assertThat(json().get("brokers")
                        .valueStream()
                        .filter(broker -> broker.get("notTested").asString("").startsWith("WAYBILL_TEST_BROKER_"))
                        .map(broker -> broker.get("rules").get(0).get("verdict").asString()))
                .hasSameSizeAs(missing)
                .allMatch("NOT TESTED"::equals);
    }

    @Test
    void aBrokerThatCannotBeHadButWasAskedForByNameIsWronglyAskedFor(@TempDir Path empty) throws Exception {
        System.setProperty(BROKER_JARS, empty.toString());
        try {
            Result result = conform("--broker", "kafka", "--with", "process", "--rule", "S5");
            assertThat(result.code()).isEqualTo(2);
            assertThat(result.err()).contains("kafka: NOT TESTED: ", "; to have it: ");
            assertThat(json().get("brokers").get(0).get("notTested").asString()).contains("; to have it: ");
            assertThat(Files.readString(folder.resolve("matrix.html"))).contains("; to have it: ");
            assertThat(Files.readString(folder.resolve("badge.svg"))).contains("not tested", "#6b6b6b");
        } finally {
            System.clearProperty(BROKER_JARS);
        }
    }

    @Test
    void aUriThatNobodyListensOnIsNotTestedAndTellsNoSecret() throws Exception {
        Result result = conform(
                "--broker",
                "kafka://user:hunter2@127.0.0.1:1?insecure=true&sasl.mechanism=PLAIN&connect.timeout=1s",
                "--rule",
                "S5");
        assertThat(result.code()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).contains("NOT TESTED", "127.0.0.1:1");
        assertThat(result.out()).containsPattern("(?m)^S5 +NOT TESTED ");
        assertThat(result.out() + result.err() + allFiles()).doesNotContain("hunter2");
    }
}
