package io.waybill.memory;

import static io.waybill.memory.Instance.P0;
import static io.waybill.memory.Instance.P1;
import static io.waybill.memory.Instance.drain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.GroupDescription;
import io.waybill.message.MessagingException;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicSpec;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.AdminOperations;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryAdminTest {
    private Instance instance;
    private AdminOperations admin;

    @BeforeEach
    void connect() throws Exception {
        instance = Instance.at("memory:");
        admin = instance.adapter.admin();
    }

    @AfterEach
    void close() {
        instance.close();
    }

    @Test
    void topicsComeAndGo() throws Exception {
        admin.createTopic(TopicSpec.of("more", 3));
        assertThat(admin.topics()).containsExactlyInAnyOrder("orders", "more");
        assertThat(admin.describeTopic("more")).contains(new TopicDescription("more", 3, Durability.ONE_UNFLUSHED));
        assertKind(ErrorKind.ALREADY_EXISTS, () -> admin.createTopic(TopicSpec.of("more", 3)));
        admin.deleteTopic("more");
        assertThat(admin.describeTopic("more")).isEmpty();
        assertKind(ErrorKind.NOT_FOUND, () -> admin.deleteTopic("more"));
        assertKind(ErrorKind.NOT_FOUND, () -> instance.sender.describe("more"));
    }

    @Test
    void moreThanOneCopyCannotBeHad() {
        Throwable failure =
                catchThrowable(() -> admin.createTopic(TopicSpec.of("more", 1).copies(3)));
        assertThat(failure).hasMessageContaining("one copy");
    }

    @Test
    void aDeletedTopicTakesNothingMore() throws Exception {
        var lane = instance.lane(0);
        admin.deleteTopic("orders");
        assertThat(lane.open()).isFalse();
        TestOutgoing refused =
                new TestOutgoing(io.waybill.message.Message.to("orders").build(), 0);
        lane.send(java.util.List.of(refused));
        assertThat(refused.outcome()).isEqualTo("refused");
        assertThat(instance.kind(refused)).isEqualTo(ErrorKind.NOT_FOUND);
    }

    @Test
    void groupsAreDescribedResetAndDeleted() throws Exception {
        instance.send(P0, "a", "b");
        assertThat(admin.describeGroup("g")).isEmpty();
        admin.resetGroup("g", "orders", StartPosition.latest());
        assertThat(admin.describeGroup("g")).contains(new GroupDescription("g", 0, Map.of(P0, 2L, P1, 0L)));
        admin.resetGroup("g", "orders", StartPosition.first());
        assertThat(admin.groups()).containsExactly("g");

        MemoryReceiver receiver = instance.owner("g", P0);
        assertThat(admin.describeGroup("g").orElseThrow().members()).isEqualTo(1);
        assertKind(ErrorKind.REFUSED, () -> admin.resetGroup("g", "orders", StartPosition.latest()));
        assertKind(ErrorKind.REFUSED, () -> admin.deleteGroup("g"));
        assertThat(drain(receiver).texts()).containsExactly("a", "b");

        receiver.close(Duration.ZERO);
        admin.deleteGroup("g");
        assertThat(admin.describeGroup("g")).isEmpty();
        assertKind(ErrorKind.NOT_FOUND, () -> admin.deleteGroup("g"));
    }

    @Test
    void aReceiverOfAMissingTopicIsNotFound() throws Exception {
        admin.deleteTopic("orders");
        assertKind(ErrorKind.NOT_FOUND, () -> instance.receiver("g"));
    }

    @Test
    void brokersOfOneNameAreOneUntilTheLastIsClosed() throws Exception {
        String uri = Instance.freshName();
        Instance first = Instance.at(uri);
        try (Instance second = Instance.at(uri)) {
            first.send(P0, "a");
            first.close();
            assertThat(drain(second.owner("g", P0)).texts()).containsExactly("a");
        }
        try (Instance anew = Instance.at(uri)) {
            assertThat(drain(anew.owner("g", P0)).texts()).isEmpty();
        }
    }

    @Test
    void aBrokerWithoutANameIsNotShared() throws Exception {
        instance.send(P0, "a");
        try (Instance other = Instance.at("memory:")) {
            assertThat(drain(other.owner("g", P0)).texts()).isEmpty();
        }
    }

    @Test
    void wrongUrisAndShapesAreRefused() throws Exception {
        String uri = Instance.freshName();
        try (Instance first = Instance.at(uri)) {
            assertThat(first.adapter.endpoint()).isEqualTo(uri);
            assertInvalid(uri + "?shape=queue");
        }
        assertInvalid("memory://host/shop");
        assertInvalid("memory:?shape=ring");
        assertInvalid("memory:?nonsense=1");
    }

    @Test
    void theServiceFileNamesTheProvider() {
        assertThat(ServiceLoader.load(AdapterProvider.class).stream())
                .anySatisfy(found -> assertThat(found.type()).isEqualTo(MemoryAdapter.Provider.class));
        Adapter adapter = MemoryAdapter.create();
        assertThat(adapter.name()).isEqualTo(new MemoryAdapter.Provider().scheme());
        adapter.close();
        adapter.close();
    }

    private static void assertInvalid(String uri) {
        assertThatThrownBy(() -> Instance.at(uri).close())
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID));
    }

    private void assertKind(ErrorKind kind, ThrowingCallable call) {
        assertThat(instance.adapter.classify(catchThrowable(call))).isEqualTo(kind);
    }
}
