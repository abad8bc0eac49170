package io.waybill.stores.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicPartition;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs no server. */
class JdbcVerifierStateTest {
    private static ErrorKind kind(Throwable failed) {
        return ((MessagingException) failed).kind();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "books;drop table books",
                "\"books\"",
                "`books`",
                "a.b.c",
                ".books",
                "1books",
                "büch"
            })
    void whatIsNoNameOfATableIsRefusedAtOnce(String table) {
        assertThatThrownBy(() -> JdbcVerifierState.over(new JdbcDataSource(), table))
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("is no name for a table")
                .satisfies(e -> assertThat(kind(e)).isEqualTo(ErrorKind.INVALID));
    }

    @Test
    void aDatabaseThatIsAwayIsTold() {
        JdbcDataSource nowhere = new JdbcDataSource();
        nowhere.setUrl("jdbc:h2:tcp://127.0.0.1:1/none");
        JdbcVerifierState state = JdbcVerifierState.over(nowhere);
        assertThatThrownBy(() -> state.load("billing", List.of(new TopicPartition("orders", 0))))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(state::createTables)
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("Is the database up?")
                .satisfies(e -> assertThat(kind(e)).isEqualTo(ErrorKind.UNAVAILABLE));
    }

    @Test
    void whoMayNotCreateTablesIsToldWhatToDo() {
        JdbcConnectionPool pool = Pools.of(Pools.h2(""));
        try {
            assertThatThrownBy(() ->
                            JdbcVerifierState.over(pool, "no_such_schema.books").createTables())
                    .isInstanceOf(MessagingException.class)
                    .hasMessageContaining("docs/reference/formats.md")
                    .satisfies(e -> assertThat(kind(e)).isEqualTo(ErrorKind.REFUSED));
        } finally {
            pool.dispose();
        }
    }

    @Test
    void anotherDatabaseIsRefused() {
        DatabaseMetaData other = (DatabaseMetaData) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                (proxy, method, arguments) -> "Apache Derby");
        JdbcConnectionPool pool = Pools.of(Pools.h2(""));
        try {
            DataSource derby = Sources.with(pool, "getMetaData", other);
            assertThatThrownBy(() -> JdbcVerifierState.over(derby).createTables())
                    .isInstanceOf(MessagingException.class)
                    .hasMessageContaining("'Apache Derby'")
                    .satisfies(e -> assertThat(kind(e)).isEqualTo(ErrorKind.UNSUPPORTED));
        } finally {
            pool.dispose();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theDocumentsShowTheStatements(Dialect dialect) throws Exception {
        String formats = Files.readString(Path.of("..", "docs", "reference", "formats.md"));
        assertThat(formats).contains("```sql\n" + dialect.createTable(JdbcVerifierState.TABLE) + "```\n");
    }
}
