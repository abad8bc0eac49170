package io.waybill.stores.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.conformance.VerifierStateContract;
import io.waybill.ledger.VerifierState;
import io.waybill.ledger.VerifierState.Row;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

class RedisStateTest extends VerifierStateContract {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 3);

    @TempDir
    static Path folder;

    private static RedisProcess server;
    private static RedisClient redis;

    private final String group = "shop-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        server = RedisProcess.start(folder);
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(20);
        redis = RedisClient.builder()
                .hostAndPort("127.0.0.1", server.port())
                .poolConfig(pool)
                .build();
    }

    @AfterAll
    static void stop() throws Exception {
        redis.close();
        server.close();
    }

    @Override
    protected VerifierState state() {
        return RedisVerifierState.over(redis);
    }

    private static Map<TopicPartition, Row> row(long version) {
        return Map.of(PARTITION, new Row(new byte[] {7}, version));
    }

    @Test
    void whatWasSavedOutlivesAKill(@TempDir Path own) throws Exception {
        try (RedisProcess mortal = RedisProcess.start(own);
                RedisClient client = RedisClient.create("127.0.0.1", mortal.port())) {
            VerifierState state = RedisVerifierState.over(client);
            assertThat(state.save(group, row(0))).isEmpty();
            mortal.kill();
            assertThatThrownBy(() -> state.load(group, List.of(PARTITION))).isInstanceOf(JedisException.class);
            assertThatThrownBy(() -> state.save(group, row(1))).isInstanceOf(JedisException.class);
            mortal.startAgain();
            assertThat(state.load(group, List.of(PARTITION)).get(PARTITION).version())
                    .isEqualTo(1);
            assertThat(state.save(group, row(1))).isEmpty();
        }
    }

    @Test
    void itsKeysAreAsTheDocumentsSayAndDoNotExpire() throws Exception {
        assertThat(state().save(group, row(0))).isEmpty();
        byte[] key = ("waybill:verifier-state:{" + group + "}:orders:3").getBytes(UTF_8);
        assertThat(redis.get(key)).containsExactly(0, 0, 0, 0, 0, 0, 0, 1, 7);
        assertThat(redis.ttl(key)).isEqualTo(-1);
    }

    @Test
    void anotherPrefixIsAnotherStore() throws Exception {
        VerifierState other = RedisVerifierState.over(redis, "test:");
        assertThat(other.save(group, row(0))).isEmpty();
        assertThat(redis.exists("test:{" + group + "}:orders:3")).isTrue();
        assertThat(state().load(group, List.of(PARTITION))).isEmpty();
    }

    @Test
    void whatIsNoStateIsToldAndNotBelieved() throws Exception {
        redis.set("waybill:verifier-state:{" + group + "}:orders:3", "mine");
        assertThatThrownBy(() -> state().load(group, List.of(PARTITION)))
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("{" + group + "}:orders:3")
                .hasMessageContaining("Delete it");
        assertThat(state().save(group, row(0))).containsOnly(PARTITION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{shop}:", "shop}", "{"})
    void bracesInAPrefixAreRefusedAtOnce(String prefix) {
        assertThatThrownBy(() -> RedisVerifierState.over(redis, prefix))
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("braces")
                .satisfies(e -> assertThat(((MessagingException) e).kind()).isEqualTo(ErrorKind.INVALID));
    }
}
