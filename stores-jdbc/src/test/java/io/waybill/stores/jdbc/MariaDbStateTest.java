package io.waybill.stores.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.ledger.VerifierState.Row;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mariadb.jdbc.MariaDbDataSource;

class MariaDbStateTest extends DatabaseContract {
    @TempDir
    static Path folder;

    private static ServerProcess server;
    private static MariaDbDataSource direct;
    private static JdbcConnectionPool pool;

    @BeforeAll
    static void start() throws Exception {
        server = MariaDbServer.start(folder);
        // with this setting the driver does not say what became of each statement of a batch
        direct = new MariaDbDataSource(server.url() + "&useBulkStmts=true");
        pool = Pools.of(direct);
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
    void aTableWithTheUsualCollationIsFoundOut() throws Exception {
        execute(
                "CREATE TABLE usual_collation (group_name VARCHAR(100), topic_name VARCHAR(100), partition_number INTEGER,"
                        + " version BIGINT, state BLOB, PRIMARY KEY (group_name, topic_name, partition_number))"
                        + " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci");
        JdbcVerifierState state = JdbcVerifierState.over(pool, "usual_collation");
        assertThat(state.save("billing", Map.of(new TopicPartition("orders", 0), new Row(new byte[1], 0))))
                .isEmpty();
        assertThatThrownBy(() -> state.load("billing", List.of(new TopicPartition("Orders", 0))))
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("upper from lower case");
    }
}
