package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.Consumer;
import io.waybill.Waybill;
import io.waybill.message.Capability;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.StartPosition;
import io.waybill.message.Support;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What an adapter says it cannot do is refused when it is asked for, and does not fail later or do something else. What it says
 * it can do is tested where it belongs.
 */
@SharedChapter
@DisplayName("Capabilities")
class CapabilityConformance {
    @Test
    @DisplayName("C9 C13 what the broker cannot do is refused when it is asked for, and nothing is left behind")
    void whatCannotBeHadIsRefused(Scene scene) {
        for (Capability capability : Capability.values()) {
            if (!scene.can(capability)) {
                assertRefused(scene, capability);
            }
        }
        assertThat(scene.waybill().capabilities().toString()).contains("GROUP_MEMBERSHIP");
    }

    private static void assertRefused(Scene scene, Capability capability) {
        switch (capability) {
            case START_FIRST -> assertNoConsumer(scene, capability, builder -> builder.start(StartPosition.first()));
            case START_LATEST -> assertNoConsumer(scene, capability, builder -> builder.start(StartPosition.latest()));
            case START_TIME ->
                assertNoConsumer(scene, capability, builder -> builder.start(StartPosition.at(Instant.now())));
            case GROUP_MEMBERSHIP -> assertNoConsumer(scene, capability, builder -> builder);
            case RESET_POSITIONS -> assertNoReset(scene);
            case CONTROL_LOG -> {
                // what the core does in the broker's place needs it; who only lacks the log is asked for nothing
                if (scene.waybill().capabilities().of(Capability.GROUP_MEMBERSHIP) == Support.EMULATED) {
                    assertNoConsumer(scene, capability, builder -> builder);
                }
            }
            case TOPIC_STORAGE -> {} // SendConformance.aTopicWithoutAGroup
        }
    }

    private static void assertNoConsumer(Scene scene, Capability capability, UnaryOperator<Consumer.Builder> asking) {
        Waybill waybill = scene.waybill();
        String topic = scene.topic(1);
        String group = scene.name("group");
        assertUnsupported(
                capability, () -> asking.apply(waybill.consumer(group)).subscribe(topic, delivery -> {}));
        assertThat(waybill.admin().describeGroup(group)).as("the refused group").isEmpty();
        assertThat(waybill.admin().topics())
                .as("topics for its dead letters")
                .noneMatch(name -> name.startsWith(topic + "."));
    }

    private static void assertNoReset(Scene scene) {
        String topic = scene.topic(1);
        assertUnsupported(
                Capability.RESET_POSITIONS,
                () -> scene.waybill().admin().resetGroup(scene.name("group"), topic, StartPosition.latest()));
    }

    private static void assertUnsupported(Capability capability, ThrowingCallable call) {
        assertThatThrownBy(call, "asking for %s", capability)
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNSUPPORTED))
                .hasMessageContainingAll(capability.name(), "does not have");
    }
}
