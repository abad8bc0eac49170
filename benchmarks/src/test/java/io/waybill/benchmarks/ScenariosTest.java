package io.waybill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.waybill.benchmarks.Scenario.Arm;
import io.waybill.benchmarks.clients.Clients;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScenariosTest {
    static List<Scenario> all() {
        return Scenarios.all();
    }

    @Test
    void everyScenarioHasANameOfItsOwn() {
        assertThat(Scenarios.all()).extracting(Scenario::id).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka", "rocketmq", "rabbitmq"})
    void everyBrokerHasScenariosAndTheirNamesBeginWithIt(String broker) {
        assertThat(Scenarios.of(broker))
                .isNotEmpty()
                .allSatisfy(scenario -> assertThat(scenario.id()).startsWith(broker + "-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka", "rocketmq", "rabbitmq"})
    void theSendThatGivesTheRatesItsMostIsThere(String broker) {
        Scenario most = Scenarios.named(broker + "-send-100");
        assertThat(most.arm(Scenarios.NATIVE).client()).isEqualTo("native");
    }

    @Test
    void anUnknownNameIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Scenarios.named("kafka-nothing"))
                .withMessageContaining("kafka-nothing");
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyArmHasANameOfItsOwnAndAClient(Scenario scenario) {
        assertThat(scenario.arms()).extracting(Arm::name).doesNotHaveDuplicates();
        assertThat(Clients.names(scenario.broker()))
                .containsAll(scenario.arms().stream().map(Arm::client).toList());
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyTargetComparesArmsThatAreThere(Scenario scenario) {
        List<String> arms = scenario.arms().stream().map(Arm::name).toList();
        assertThat(scenario.targets()).allSatisfy(target -> {
            assertThat(arms).contains(target.arm());
            if (target.baseline() != null) {
                assertThat(arms).contains(target.baseline());
                assertThat(target.baseline()).isNotEqualTo(target.arm());
            }
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void onlyRatiosAndDifferencesHaveABaseline(Scenario scenario) {
        assertThat(scenario.targets()).allSatisfy(target -> {
            boolean compares = target.comparison().isRatio() || target.comparison() == Target.Comparison.MORE_AT_MOST;
            assertThat(target.baseline() != null).isEqualTo(compares);
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatMayBeInFlightIsLessThanWhatIsMeasured(Scenario scenario) {
        assertThat(scenario.work() == Scenario.Work.SEND ? scenario.arms() : List.<Arm>of())
                .allSatisfy(arm -> assertThat((long) arm.window()).isLessThan(arm.messages()));
    }
}
