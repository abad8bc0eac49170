package io.waybill.stores.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.ledger.VerifierState;
import io.waybill.ledger.VerifierState.Row;
import io.waybill.message.TopicPartition;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGConnectionPoolDataSource;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresStateTest extends DatabaseContract {
    /** With this the driver does not say what became of each statement of a batch. */
    private static final String VAGUE = "&reWriteBatchedInserts=true";

    @TempDir
    static Path folder;

    private static ServerProcess server;
    private static JdbcConnectionPool pool;
    private static PGSimpleDataSource direct;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.start(folder);
        direct = new PGSimpleDataSource();
        direct.setUrl(server.url() + VAGUE);
        openPool();
    }

    private static void openPool() {
        PGConnectionPoolDataSource pooled = new PGConnectionPoolDataSource();
        pooled.setUrl(server.url() + VAGUE);
        pool = Pools.of(pooled);
    }

    @AfterAll
    static void stop() {
        pool.dispose();
        server.close();
    }

    @Override
    DataSource source() {
        return pool;
    }

    @Override
    DataSource direct() {
        return direct;
    }

    @Test
    void whatWasSavedOutlivesAKill() throws Exception {
        VerifierState state = JdbcVerifierState.over(direct);
        TopicPartition partition = new TopicPartition("orders", 0);
        String group = "shop-" + UUID.randomUUID();
        assertThat(state.save(group, Map.of(partition, new Row(new byte[1], 0))))
                .isEmpty();
        pool.dispose();
        server.kill();
        assertThatThrownBy(() -> state.save(group, Map.of(partition, new Row(new byte[1], 1))))
                .isInstanceOf(SQLException.class);
        server.startAgain();
        openPool();
        assertThat(state.load(group, List.of(partition)).get(partition).version())
                .isEqualTo(1);
        assertThat(state.save(group, Map.of(partition, new Row(new byte[1], 1))))
                .isEmpty();
    }
}
