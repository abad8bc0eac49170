package io.waybill.stores.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.ledger.VerifierState.Row;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class H2StateTest extends DatabaseContract {
    private static JdbcDataSource source;
    private static JdbcConnectionPool pool;

    @BeforeAll
    static void open() {
        source = Pools.h2("");
        pool = Pools.of(source);
    }

    @AfterAll
    static void close() {
        pool.dispose();
    }

    @Override
    DataSource source() {
        return pool;
    }

    @Override
    DataSource direct() {
        return source;
    }

    @Test
    void aTableThatDoesNotTellUpperFromLowerCaseIsRefused() throws Exception {
        JdbcConnectionPool blind = Pools.of(Pools.h2(";IGNORECASE=TRUE"));
        try {
            JdbcVerifierState state = JdbcVerifierState.over(blind);
            state.createTables();
            assertThat(state.save("billing", Map.of(new TopicPartition("orders", 0), new Row(new byte[1], 0))))
                    .isEmpty();
            assertThatThrownBy(() -> state.load("billing", List.of(new TopicPartition("Orders", 0))))
                    .isInstanceOf(MessagingException.class)
                    .hasMessageContaining("takes 'billing' for 'billing' or 'orders' for 'Orders'");
            assertThatThrownBy(() ->
                            state.save("Billing", Map.of(new TopicPartition("orders", 0), new Row(new byte[1], 0))))
                    .isInstanceOf(MessagingException.class)
                    .hasMessageContaining("formats.md");
        } finally {
            blind.dispose();
        }
    }

    @Test
    void aTableInASchemaIsFound() throws Exception {
        execute("CREATE SCHEMA IF NOT EXISTS audit");
        JdbcVerifierState state = JdbcVerifierState.over(pool, "audit.books");
        state.createTables();
        TopicPartition partition = new TopicPartition("orders", 0);
        String group = "shop-" + UUID.randomUUID();
        assertThat(state.save(group, Map.of(partition, new Row(new byte[1], 0))))
                .isEmpty();
        assertThat(state.load(group, List.of(partition))).containsOnlyKeys(partition);
    }
}
