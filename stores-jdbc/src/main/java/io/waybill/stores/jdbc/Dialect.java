package io.waybill.stores.jdbc;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;

/** What differs between databases: the table, and how a row is put where none is. */
enum Dialect {
    POSTGRESQL("postgresql.sql", "VALUES (?, ?, ?, 0, '') ON CONFLICT DO NOTHING"),
    /**
     * The update that changes nothing locks the row for writing. IGNORE would lock it for reading, and two that go on to write
     * block each other.
     */
    MYSQL("mysql.sql", "VALUES (?, ?, ?, 0, '') ON DUPLICATE KEY UPDATE version = version"),
    /** Who comes second while the first has not committed fails with a duplicate key, and tries again. */
    H2(
            "h2.sql",
            "SELECT g, t, p, 0, X'' FROM (SELECT CAST(? AS VARCHAR) g, CAST(? AS VARCHAR) t, CAST(? AS INTEGER) p) n"
                    + " WHERE NOT EXISTS (SELECT 1 FROM %1$s"
                    + " WHERE group_name = n.g AND topic_name = n.t AND partition_number = n.p)");

    private final String file;
    private final String rowIfNone;

    Dialect(String file, String rowIfNone) {
        this.file = file;
        this.rowIfNone = rowIfNone;
    }

    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product) {
            case "PostgreSQL" -> POSTGRESQL;
            case "MySQL", "MariaDB" -> MYSQL;
            case "H2" -> H2;
            default ->
                throw new MessagingException(
                        ErrorKind.UNSUPPORTED,
                        "The verifier's state cannot be kept in '" + product
                                + "'. Use PostgreSQL, MySQL, MariaDB or H2, or implement VerifierState.");
        };
    }

    /** Puts a row of version 0 where no row is; its parameters are group, topic and partition. */
    String insertIfAbsent(String table) {
        return ("INSERT INTO %1$s (group_name, topic_name, partition_number, version, state) " + rowIfNone)
                .formatted(table);
    }

    String createTable(String table) {
        try (InputStream statement = Objects.requireNonNull(Dialect.class.getResourceAsStream(file), file)) {
            return new String(statement.readAllBytes(), StandardCharsets.UTF_8).replace(JdbcVerifierState.TABLE, table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
