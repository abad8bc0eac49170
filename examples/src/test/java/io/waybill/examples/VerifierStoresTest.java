package io.waybill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.ledger.Finding;
import io.waybill.ledger.Stamping;
import io.waybill.ledger.Verdict;
import io.waybill.ledger.Verification;
import io.waybill.ledger.VerifierState;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Message;
import io.waybill.stores.jdbc.JdbcVerifierState;
import io.waybill.stores.redis.RedisVerifierState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;

/** The snippets of docs/how-to/loss-detection.md on stores, and what they are for: books that go from owner to owner. */
class VerifierStoresTest {
    private static final Duration GRACE = Duration.ofMillis(200);

    private final Queue<Finding> alarms = new ConcurrentLinkedQueue<>();
    private final AtomicInteger charged = new AtomicInteger();
    private Waybill waybill;

    @BeforeEach
    void connect() {
        waybill = Waybill.connect("memory:");
        waybill.admin().createTopic("orders", 2);
        waybill.admin().createGroup("billing", "orders");
    }

    @AfterEach
    void close() {
        waybill.close();
    }

    private void alarm(Finding finding) {
        alarms.add(finding);
    }

    private void charge(Message message) {
        assertThat(message.text()).isNotEmpty();
        charged.incrementAndGet();
    }

    private Consumer overJdbc(DataSource dataSource) {
        // snippet jdbc
        JdbcVerifierState books = JdbcVerifierState.over(dataSource);
        books.createTables();
        Consumer billing = waybill.consumer("billing")
                .interceptLane(Verification.create().state(books).onFinding(finding -> alarm(finding)))
                .subscribe("orders", delivery -> charge(delivery.message()));
        // snippet end
        return billing;
    }

    private Consumer overRedis(UnifiedJedis redis) {
        // snippet redis
        RedisVerifierState books = RedisVerifierState.over(redis);
        Consumer billing = waybill.consumer("billing")
                .interceptLane(Verification.create().state(books).onFinding(finding -> alarm(finding)))
                .subscribe("orders", delivery -> charge(delivery.message()));
        // snippet end
        return billing;
    }

    private Consumer impatient(VerifierState books) {
        return waybill.consumer("billing")
                .interceptLane(Verification.create().state(books).grace(GRACE).onFinding(this::alarm))
                .subscribe("orders", delivery -> charge(delivery.message()));
    }

    private static void send(Producer producer, int count) {
        for (int i = 0; i < count; i++) {
            var unused = producer.send(
                    Message.to("orders").key("k" + i % 20).text("order " + i).build());
        }
    }

    private void awaitCharged(int count) {
        await("handlers run on other threads").until(() -> charged.get() == count);
    }

    private void awaitGrace() {
        await("the grace at both ends, and the looks between them")
                .pollDelay(GRACE.multipliedBy(2).plusSeconds(2))
                .until(() -> true);
    }

    private Producer shop() {
        return waybill.producer("shop")
                .interceptLane(Stamping.create().manifestEvery(Duration.ofMillis(20)))
                .open();
    }

    private long missed() {
        assertThat(alarms).allMatch(finding -> finding.verdict() == Verdict.LOST);
        return alarms.stream().mapToLong(Finding::count).sum();
    }

    /** Each owner has a state of its own over the same store, as another machine would. */
    private void goFromOwnerToOwner(Consumer first, Supplier<VerifierState> books) {
        try (Producer shop = shop()) {
            send(shop, 100);
            Consumer second = impatient(books.get());
            send(shop, 100);
            first.close();
            send(shop, 100);
            awaitCharged(300);
            awaitGrace();
            assertThat(alarms).as("nothing is lost yet").isEmpty();
            second.close();

            send(shop, 60);
            waybill.unwrap(MemoryAdapter.Faults.class).truncate("orders");
            send(shop, 40);
            Consumer third = impatient(books.get());
            await("the gap is older than the grace").until(() -> missed() >= 60);
            awaitCharged(340);
            third.close();
            Consumer fourth = impatient(books.get());
            send(shop, 20);
            awaitCharged(360);
            awaitGrace();
            assertThat(missed()).as("told once").isEqualTo(60);
            fourth.close();
        }
    }

    @Test
    void w5_booksInADatabaseGoFromOwnerToOwner() {
        JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:books", "", "");
        try {
            goFromOwnerToOwner(overJdbc(pool), () -> JdbcVerifierState.over(pool));
        } finally {
            pool.dispose();
        }
    }

    @Test
    void w5_booksInRedisGoFromOwnerToOwner(@TempDir Path folder) throws Exception {
        RedisServer server = RedisServer.newRedisServer()
                .executableProvider(ExecutableProvider.newJarResourceProvider(folder.toFile()))
                .port(freePort())
                .bind("127.0.0.1")
                .build();
        server.start();
        try (RedisClient redis = RedisClient.create("127.0.0.1", server.ports().get(0))) {
            goFromOwnerToOwner(overRedis(redis), () -> RedisVerifierState.over(redis));
        } finally {
            server.stop();
        }
    }

    /** One owner handles what is sent, and goes. */
    private void sendAndHandle(Producer shop, int count, VerifierState books) {
        int before = charged.get();
        Consumer owner = impatient(books);
        send(shop, count);
        awaitCharged(before + count);
        owner.close();
    }

    private static void execute(DataSource database, String... statements) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    @Test
    void booksThatAreGoneRaiseNoAlarm() throws Exception {
        JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:gone", "", "");
        JdbcVerifierState books = JdbcVerifierState.over(pool);
        books.createTables();
        try (Producer shop = shop()) {
            sendAndHandle(shop, 100, books);
            execute(pool, "DELETE FROM waybill_verifier_state");
            sendAndHandle(shop, 50, books);
            Consumer owner = impatient(books);
            awaitGrace();
            assertThat(alarms).isEmpty();
            owner.close();
        } finally {
            pool.dispose();
        }
    }

    @Test
    void booksThatAreOlderThanWhatWasHandledTellItToBeLost() throws Exception {
        JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:older", "", "");
        JdbcVerifierState books = JdbcVerifierState.over(pool);
        books.createTables();
        try (Producer shop = shop()) {
            sendAndHandle(shop, 100, books);
            execute(pool, "CREATE TABLE backup AS SELECT * FROM waybill_verifier_state");
            sendAndHandle(shop, 50, books);
            execute(
                    pool,
                    "DELETE FROM waybill_verifier_state",
                    "INSERT INTO waybill_verifier_state SELECT * FROM backup");
            sendAndHandle(shop, 60, books);
            Consumer owner = impatient(books);
            await("gaps are older than the grace").until(() -> missed() >= 50);
            assertThat(missed()).isEqualTo(50);
            owner.close();
        } finally {
            pool.dispose();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
