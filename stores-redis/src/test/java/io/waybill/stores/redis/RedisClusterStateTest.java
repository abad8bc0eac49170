package io.waybill.stores.redis;

import static org.awaitility.Awaitility.await;

import io.waybill.conformance.VerifierStateContract;
import io.waybill.ledger.VerifierState;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;

/** A cluster of one: it refuses commands whose keys are of several slots, as any other. */
class RedisClusterStateTest extends VerifierStateContract {
    @TempDir
    static Path folder;

    private static RedisProcess server;
    private static RedisClusterClient redis;

    @BeforeAll
    static void start() throws Exception {
        server = RedisProcess.start(folder, "--cluster-enabled", "yes");
        try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
            String unused = jedis.clusterAddSlots(IntStream.range(0, 16_384).toArray());
            await("the node serves all slots").until(() -> jedis.clusterInfo().contains("cluster_state:ok"));
        }
        redis = RedisClusterClient.builder()
                .nodes(Set.of(new HostAndPort("127.0.0.1", server.port())))
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
}
