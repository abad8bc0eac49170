package io.waybill.stores.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Predicate;
import javax.sql.DataSource;

/**
 * Transactions on connections of a data source, which gets them back as it gave them. What a database undid because another
 * transaction was in its way is done again.
 */
final class Transactions {
    private static final int MOST_TRIES = 10;
    /** Of PostgreSQL: a table, or its type, that another creates at the same moment, whatever IF NOT EXISTS says. */
    private static final Set<String> CREATED = Set.of("42P07", "42710");

    private final DataSource source;

    Transactions(DataSource source) {
        this.source = source;
    }

    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    <T> T run(Work<T> work) throws SQLException {
        for (int tries = 1; ; tries++) {
            try (Connection connection = source.getConnection()) {
                return once(connection, work);
            } catch (SQLException e) {
                if (tries == MOST_TRIES || !isConflict(e)) {
                    throw e;
                }
            }
        }
    }

    private static <T> T once(Connection connection, Work<T> work) throws SQLException {
        boolean before = connection.getAutoCommit();
        T result;
        try {
            commitByItself(connection, before, false);
            result = work.run(connection);
            connection.commit();
        } catch (SQLException | RuntimeException | Error e) {
            undo(connection, before, e);
            throw e;
        }
        commitByItself(connection, false, before);
        return result;
    }

    /** Only what was rolled back may be committed by what the connection does next. */
    private static void undo(Connection connection, boolean before, Throwable why) {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                commitByItself(connection, false, before);
            }
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    private static void commitByItself(Connection connection, boolean now, boolean wanted) throws SQLException {
        if (now != wanted) {
            connection.setAutoCommit(wanted);
        }
    }

    /** Deadlocks and failed serializations (class 40), and rows that another inserted at the same moment (class 23). */
    private static boolean isConflict(SQLException failed) {
        return hasState(failed, state -> state.startsWith("40") || state.startsWith("23") || CREATED.contains(state));
    }

    /** Whether an exception, one that came with it, or a cause has such an SQLSTATE. */
    static boolean hasState(SQLException failed, Predicate<String> such) {
        for (Throwable each : failed) {
            if (each instanceof SQLException one && one.getSQLState() != null && such.test(one.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}
