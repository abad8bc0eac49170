package io.waybill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    private record Result(int code, String out, String err) {
        static Result of(String... arguments) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
            int code = line.execute(arguments);
            return new Result(code, out.toString(), err.toString());
        }

        void isRefused(String... why) {
            assertThat(code).isEqualTo(2);
            assertThat(out).isEmpty();
            assertThat(err.lines()).hasSize(1);
            assertThat(err).startsWith("bench: ").contains(why);
        }
    }

    @Test
    void aScenarioThatThereIsNotIsRefusedWithTheNamesThatThereAre() {
        Result.of("kafka", "--only", "kafka-sned").isRefused("--only kafka-sned", "kafka-send-100", "kafka-start");
        Result.of("kafka", "--only", "rabbitmq-send").isRefused("no scenario of kafka");
        Result.of("--only", "sned").isRefused("core, ledger, kafka-send-100", "rabbitmq-start");
    }

    @Test
    void anArmThatThereIsNotIsRefused() {
        Result.of("kafka", "--arm", "nobody").isRefused("--arm nobody");
    }

    @Test
    void whoNamesAScenarioDoesNotMeanThoseWhoseNamesBeginSo() {
        Result.of("--only", "kafka-key", "--arm", "waybill stuck").isRefused("no scenario has such an arm");
    }

    @Test
    void fewerThanOneSampleIsRefused() {
        Result.of("kafka", "--pairs", "0").isRefused("--pairs is 0", "1 or more");
    }

    @Test
    void aBrokersPropertyWithoutAValueIsRefused() {
        Result.of("rocketmq", "--broker-property", "maxTransferCountOnMessageInMemory")
                .isRefused("--broker-property", "KEY=VALUE");
    }

    @Test
    void aBrokersPropertyIsRefusedWhereNoneOrSeveralKindsOfBrokerAreMeasured() {
        Result.of("all", "--broker-property", "a=b").isRefused("--broker-property", "rocketmq, rabbitmq", "name one");
        Result.of("core", "--broker-property", "a=b").isRefused("--broker-property", "[core]");
    }

    @Test
    void whatIsNoNumberIsRefused() {
        Result.of("--pairs", "many").isRefused("--pairs", "many");
    }

    @Test
    void anUnknownSuiteIsRefusedWithThoseThatThereAre() {
        Result.of("pulsar").isRefused("pulsar", "core", "rabbitmq");
    }

    @Test
    void anUnknownOptionIsRefused() {
        Result.of("--fast").isRefused("--fast");
    }

    @Test
    void helpListsEveryOption() {
        Result help = Result.of("--help");
        assertThat(help.code()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).contains("--help", "--version", "--only", "--pairs", "--quick", "--json", "--out");
        assertThat(Main.commandLine().getCommandSpec().options())
                .allSatisfy(option -> assertThat(help.out()).contains(option.longestName()));
    }
}
