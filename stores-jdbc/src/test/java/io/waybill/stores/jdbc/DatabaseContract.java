package io.waybill.stores.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.conformance.VerifierStateContract;
import io.waybill.ledger.VerifierState;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the state does on every database, beside what every state does. */
abstract class DatabaseContract extends VerifierStateContract {
    private static final TopicPartition FIRST = new TopicPartition("orders", 0);
    private static final TopicPartition SECOND = new TopicPartition("orders", 1);

    private final String group = "shop-" + UUID.randomUUID();

    /** A pool of connections to the database; the same for all tests of a class. */
    abstract DataSource source();

    /** Opens a connection each time. */
    abstract DataSource direct();

    @BeforeEach
    void createTables() {
        JdbcVerifierState.over(source()).createTables();
    }

    @Override
    protected VerifierState state() {
        return JdbcVerifierState.over(source());
    }

    private static VerifierState.Row row(String text, long version) {
        return new VerifierState.Row(text.getBytes(StandardCharsets.UTF_8), version);
    }

    private static String freshTable() {
        return "books_" + UUID.randomUUID().toString().replace('-', '_');
    }

    private long version(TopicPartition partition) throws Exception {
        return state().load(group, List.of(partition)).get(partition).version();
    }

    @Test
    void aTableThatIsNotThereIsToldWithWhatToDo() {
        JdbcVerifierState state = JdbcVerifierState.over(source(), "no_such_table");
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> state.load(group, List.of(FIRST)),
                () -> state.save(group, Map.of(FIRST, row("a", 0))),
                () -> state.save(group, Map.of(FIRST, row("a", 1))))) {
            assertThatThrownBy(call)
                    .hasMessageContaining("no table 'no_such_table'")
                    .hasMessageContaining("createTables()")
                    .asInstanceOf(InstanceOfAssertFactories.type(MessagingException.class))
                    .extracting(MessagingException::kind)
                    .isEqualTo(ErrorKind.INVALID);
        }
    }

    @Test
    void aTableOfAnotherNameIsMadeByManyAtOnceAndHoldsItsOwn() throws Exception {
        JdbcVerifierState other = JdbcVerifierState.over(source(), freshTable());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> makers = Stream.<Future<?>>generate(() -> threads.submit(other::createTables))
                    .limit(8)
                    .toList();
            for (Future<?> maker : makers) {
                var unused = maker.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(other.save(group, Map.of(FIRST, row("a", 0)))).isEmpty();
        other.createTables();
        assertThat(other.load(group, List.of(FIRST))).containsOnlyKeys(FIRST);
        assertThat(state().load(group, List.of(FIRST))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionIsGivenBackAsItWas(boolean autoCommit) throws Exception {
        try (Connection one = source().getConnection()) {
            one.setAutoCommit(autoCommit);
            JdbcVerifierState state = JdbcVerifierState.over(Sources.of(one));
            state.createTables();
            assertThat(one.getAutoCommit()).isEqualTo(autoCommit);
            assertThat(state.load(group, List.of(FIRST))).isEmpty();
            assertThat(one.getAutoCommit()).isEqualTo(autoCommit);
            assertThat(state.save(group, Map.of(FIRST, row("a", 0)))).isEmpty();
            assertThat(one.getAutoCommit()).isEqualTo(autoCommit);
            assertThat(version(FIRST)).as("committed").isEqualTo(1);
            assertThat(state.save(group, Map.of(FIRST, row("zombie", 0)))).containsOnly(FIRST);
            assertThat(one.getAutoCommit()).isEqualTo(autoCommit);
            assertThatThrownBy(() -> JdbcVerifierState.over(Sources.of(one), "no_such_table")
                            .load(group, List.of(FIRST)))
                    .isInstanceOf(MessagingException.class);
            assertThat(one.getAutoCommit()).isEqualTo(autoCommit);
            assertThat(state.save(group, Map.of(FIRST, row("b", 1)))).isEmpty();
            assertThat(version(FIRST)).as("no lock is left").isEqualTo(2);
            one.setAutoCommit(true);
        }
    }

    @Test
    void aConnectionThatIsLostIsToldAndNothingIsHalfWritten() throws Exception {
        assertThat(state().save(group, Map.of(FIRST, row("a", 0)))).isEmpty();
        JdbcVerifierState losing = JdbcVerifierState.over(Sources.lostAtCommit(direct()));
        assertThatThrownBy(() -> losing.save(group, Map.of(FIRST, row("a2", 1), SECOND, row("b", 0))))
                .isInstanceOf(SQLException.class);
        assertThat(version(FIRST)).isEqualTo(1);
        assertThat(state().load(group, List.of(SECOND))).isEmpty();
        assertThat(state().save(group, Map.of(FIRST, row("a2", 1), SECOND, row("b", 0))))
                .as("no lock is left")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void ofTwoOneWinsUnderStricterIsolationToo(int isolation) throws Exception {
        JdbcVerifierState strict = JdbcVerifierState.over(
                Sources.changed(direct(), connection -> connection.setTransactionIsolation(isolation)));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int version = 0; version < 30; version++) {
                Map<TopicPartition, VerifierState.Row> rows = Map.of(FIRST, row("x", version));
                List<Future<Set<TopicPartition>>> both = IntStream.range(0, 2)
                        .mapToObj(i -> threads.submit(() -> strict.save(group, rows)))
                        .toList();
                assertThat(Stream.of(both.get(0).get(), both.get(1).get()))
                        .containsExactlyInAnyOrder(Set.of(), Set.of(FIRST));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(version(FIRST)).isEqualTo(30);
    }

    /** Runs a statement that a test needs beside those of the state. */
    final void execute(String sql) throws SQLException {
        try (Connection connection = source().getConnection();
                Statement statement = connection.createStatement()) {
            boolean unused = statement.execute(sql);
        }
    }
}
