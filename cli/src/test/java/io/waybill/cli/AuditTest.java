package io.waybill.cli;

import static io.waybill.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.ledger.Finding;
import io.waybill.ledger.Stamping;
import io.waybill.ledger.Verification;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AuditTest {
    private final String uri = "memory:" + UUID.randomUUID();
    private final Waybill waybill = Waybill.connect(uri);
    private final Queue<Finding> findings = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void createTopic() {
        waybill.admin().createTopic("orders", 1);
    }

    @AfterEach
    void close() {
        waybill.close();
    }

    private Verification verification() {
        return Verification.create()
                .grace(Duration.ofMillis(200))
                .manifestEvery(Duration.ofMillis(100))
                .onFinding(findings::add);
    }

    private Consumer consumer(Verification verification) {
        Consumer billing =
                waybill.consumer("billing").interceptLane(verification).subscribe("orders", delivery -> {});
        await("it owns the partition").until(() -> billing.assignment().size() == 1);
        return billing;
    }

    private void send(int count) {
        try (Producer shop = waybill.producer("shop")
                .interceptLane(Stamping.create().manifestEvery(Duration.ofMillis(20)))
                .open()) {
            for (int i = 0; i < count; i++) {
                shop.send(Message.to("orders").text("order " + i).build());
            }
        }
    }

    /** 10 are handled; 20 are lost while nobody reads, the last 5 of them behind all that came. */
    private void lose() {
        Verification verification = verification();
        try (Consumer billing = consumer(verification)) {
            send(10);
            await("all is handled").until(() -> verification.totals().handled() == 10);
            billing.pause();
            send(20);
            waybill.unwrap(MemoryAdapter.Faults.class).truncate("orders");
            billing.resume();
            await("the loss is found").until(() -> !findings.isEmpty());
        }
    }

    @Test
    void whereNothingIsLostItSaysSo() {
        Verification verification = verification();
        try (Consumer billing = consumer(verification)) {
            send(1_000);
            await("all is handled").until(() -> verification.totals().handled() == 1_000);
            assertThat(billing.assignment()).hasSize(1);
        }
        Result result = run("audit", "--broker", uri, "--topic", "orders");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().lines().toList())
                .hasSize(4)
                .satisfies(lines -> assertThat(lines.get(2).split(" +"))
                        .containsExactly(
                                "shop", "0", "billing", "1,000", "1,000", "0", "0", "0", "0", "1,000", "0", "0", "0",
                                "0", "0", "0"))
                .endsWith("nothing is lost");
    }

    @Test
    void whatIsLostIsNamedAndTheExitCodeIs3(@TempDir Path folder) throws IOException {
        lose();
        Path page = folder.resolve("audit.html");
        Result result = run("audit", "--broker", uri, "--topic", "orders", "--html", page.toString());
        assertThat(result.code()).as(result.err()).isEqualTo(3);
        assertThat(result.out()).contains("LOST 1-20 of shop/", " in orders-0 for group 'billing'");
        assertThat(Files.readString(page))
                .contains("<svg", "class=\"lost\"", "20 lost", "lost for group billing: 1-20")
                .doesNotContain("<script", "http://", "NaN");

        Result json = run("audit", "--broker", uri, "--topic", "orders", "--group", "billing", "--json");
        assertThat(json.code()).isEqualTo(3);
        JsonNode root = JsonMapper.shared().readTree(json.out());
        assertThat(root.get("lost").longValue()).isEqualTo(20);
        assertThat(root.get("streams").size()).isEqualTo(2);
        JsonNode stream = root.get("streams").get(1);
        assertThat(stream.get("acknowledged").longValue()).isEqualTo(20);
        assertThat(stream.get("groups").get(0).get("lost").toString()).isEqualTo("[[1,20]]");
    }

    @Test
    void whatWasNeverSaidIsToldPlainly() {
        Result log = run("audit", "--broker", uri, "--topic", "orders");
        assertThat(log.code()).isEqualTo(1);
        assertThat(log.err())
                .contains("'waybill.manifests' cannot be read", "has a producer with Stamping ever been opened");
        send(1);
        Result topic = run("audit", "--broker", uri, "--topic", "nothing");
        assertThat(topic.code()).isZero();
        assertThat(topic.out()).contains("Nobody has said anything of topic 'nothing'");
        Result group = run("audit", "--broker", uri, "--topic", "orders", "--group", "ghost");
        assertThat(group.code()).isEqualTo(2);
        assertThat(group.err()).contains("group 'ghost' has said nothing of topic 'orders'; no group has");
        assertThat(run("audit", "--topic", "orders").code()).isEqualTo(2);
    }
}
