package io.waybill.cli;

import static io.waybill.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code waybill lab loss}, from the command to what it prints. */
class LabTest {
    private static List<JsonNode> scenarios(String json) {
        return JsonMapper.shared().readTree(json).get("scenarios").valueStream().toList();
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }

    private static void requireGood(Result result) {
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(scenarios(result.out())).isNotEmpty().allSatisfy(one -> {
            boolean finds = !one.get("expected").asString().equals("SILENCE");
            assertThat(one.get("verdict").asString()).isEqualTo(finds ? "FOUND" : "SILENT");
            assertThat(one.get("falseAlarms").intValue()).isZero();
            assertThat(texts(one.get("reported"))).isEqualTo(finds ? texts(one.get("injected")) : List.of());
            assertThat(finds && one.get("injected").isEmpty()).isFalse();
        });
    }

    @Test
    void memoryFindsEveryLossAndNothingElse(@TempDir Path folder) throws Exception {
        Result result = run("lab", "loss", "--broker", "memory", "--json", "--seed", "7", "--out", folder.toString());
        requireGood(result);
        assertThat(result.out().lines()).hasSize(1);
        assertThat(Files.readString(folder.resolve("loss.json")))
                .isEqualTo(result.out().strip());
        assertThat(scenarios(result.out()).get(0).propertyNames())
                .containsExactly(
                        "name",
                        "broker",
                        "expected",
                        "injected",
                        "reported",
                        "falseAlarms",
                        "verdict",
                        "note",
                        "seconds");
        assertThat(scenarios(result.out()).stream()
                        .filter(one -> !one.get("reported").isEmpty())
                        .map(one -> texts(one.get("reported")).toString()))
                .containsExactly(
                        "[retention-took-messages-that-0:146-204]",
                        "[retention-took-the-last-messages-0:121-181]",
                        "[a-topic-is-deleted-and-created-0:95-161]",
                        "[an-operator-resets-the-group-to-0:128-190]",
                        "[messages-are-dropped-0:15, messages-are-dropped-0:35-36, messages-are-dropped-0:46]",
                        "[the-first-messages-of-a-producer-0:1-4]",
                        "[the-end-of-a-stream-is-dropped-0:35-125]",
                        "[messages-are-stored-twice-0:5, messages-are-stored-twice-0:36-37,"
                                + " messages-are-stored-twice-0:53]",
                        "[messages-are-changed-0:6, messages-are-changed-0:31-32, messages-are-changed-0:49]",
                        "[messages-are-stored-in-another-0:3, messages-are-stored-in-another-0:31-32,"
                                + " messages-are-stored-in-another-0:47, messages-are-stored-in-another-1:3,"
                                + " messages-are-stored-in-another-1:31-32, messages-are-stored-in-another-1:47]",
                        "[1-of-1-000-000-messages-is-0:257271]");
        assertThat(scenarios(result.out()).stream()
                        .filter(one -> one.get("reported").isEmpty())
                        .map(one -> one.get("name").asString()))
                .containsExactly(
                        "messages overtake each other",
                        "rebalances under load",
                        "kill -9 of the consumer, and a new one",
                        "kill -9 of the producer, and a new one",
                        "kill -9 of the broker amid sends, and its restart",
                        "a consumer sleeps longer than its session",
                        "a pause longer than the session",
                        "handlers fail, and try again",
                        "handlers give up: dead letters",
                        "sends that surely fail",
                        "sends whose outcome nobody knows",
                        "two producers of one name",
                        "a producer's clock is set back by an hour",
                        "groups that begin late");
    }

    @Test
    void theTableHasARowForEachScenario() {
        Result result = run("lab", "loss", "--broker", "memory", "--only", "retention", "--seed", "7");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().lines()).hasSize(2 + 2);
        assertThat(result.out())
                .containsPattern("(?m)^retention took the last messages +memory +0:[0-9]+-[0-9]+ .* found +0 ");
        assertThat(result.err()).contains("seed 7", "memory: 2 scenarios");
    }

    private static void some(String broker, String... words) {
        List<String> arguments = new ArrayList<>(List.of("lab", "loss", "--broker", broker, "--json"));
        for (String word : words) {
            arguments.addAll(List.of("--only", word));
        }
        requireGood(run(arguments.toArray(String[]::new)));
    }

    @Test
    void someOfItOnKafka() {
        some("kafka", "records are deleted before", "bridge", "two producers");
    }

    @Test
    void someOfItOnRocketMq() {
        some("rocketmq", "resets the group", "commits first", "twice");
    }

    @Test
    @Tag("rabbitmq")
    void someOfItOnRabbitMq() {
        some("rabbitmq", "drops from its head", "commits first", "nobody knows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka", "rocketmq"})
    @Tag("soak")
    void allOfItOnEachBroker(String broker) {
        some(broker);
    }

    @Test
    @Tag("rabbitmq")
    @Tag("soak")
    void allOfItOnRabbitMq() {
        some("rabbitmq");
    }
}
