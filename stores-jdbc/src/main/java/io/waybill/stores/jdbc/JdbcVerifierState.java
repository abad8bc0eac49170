package io.waybill.stores.jdbc;

import io.waybill.ledger.VerifierState;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicPartition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * The books of loss detection in a table of PostgreSQL, MySQL, MariaDB or H2, for consumers on any number of machines.
 *
 * <pre>
 *   JdbcVerifierState books = JdbcVerifierState.over(dataSource);
 *   books.createTables(); // or in your migrations: docs/reference/formats.md has the statements
 *   Consumer billing = waybill.consumer("billing")
 *       .interceptLane(Verification.create().state(books))
 *       .subscribe("orders", handler);
 * </pre>
 *
 * <p>Made by the application, one for any number of consumers and groups; safe for use by many threads and processes. Each call
 * takes a connection, works in one transaction, and gives the connection back with the autocommit that it had: the data
 * source should be a pool, and no wrapper that joins transactions of the application. It holds nothing else: closing it does
 * nothing, and the data source stays the application's.
 *
 * <p>{@link #load} and {@link #save} throw the driver's {@link SQLException} if the database cannot be reached or does not do its part,
 * a {@link MessagingException} INVALID if there is no table, and UNSUPPORTED if the database is another. Nothing was written then,
 * unless the connection was lost over a commit: then all was or nothing.
 */
public final class JdbcVerifierState implements VerifierState {
    static final String TABLE = "waybill_verifier_state";

    private static final Pattern NAME = Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,62}\\.)?[A-Za-z_][A-Za-z0-9_]{0,62}");
    private static final long NO_ROW = -1;

    private final String table;
    private final Transactions transactions;

    private JdbcVerifierState(DataSource source, String table) {
        this.table = table;
        this.transactions = new Transactions(source);
    }

    /**
     * State in the table {@code waybill_verifier_state}. Does not connect yet.
     *
     * @param source gives connections to the database
     * @return a state over what the table holds
     */
    public static JdbcVerifierState over(DataSource source) {
        return over(source, TABLE);
    }

    /**
     * State in a table of another name. Does not connect yet.
     *
     * @param source gives connections to the database
     * @param table the table's name, or schema and name with a dot between them: letters, digits and _, which no statement quotes
     * @return a state over what the table holds
     * @throws MessagingException INVALID if that is no such name
     */
    public static JdbcVerifierState over(DataSource source, String table) {
        if (!NAME.matcher(table).matches()) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "'" + table
                            + "' is no name for a table: use letters, digits and _, at most 63, with a schema and a dot"
                            + " before them or not.");
        }
        return new JdbcVerifierState(source, table);
    }

    /**
     * Creates the table if it is not there. Many processes may do that at the same time.
     *
     * @throws MessagingException UNAVAILABLE if the database cannot be reached, REFUSED if it does not create the table,
     *     UNSUPPORTED if it is none of those that this class knows
     */
    public void createTables() {
        try {
            int unused = transactions.run(connection -> {
                try (Statement statement = connection.createStatement()) {
                    return statement.executeUpdate(Dialect.of(connection).createTable(table));
                }
            });
        } catch (SQLException e) {
            boolean away = e instanceof SQLTransientException
                    || e instanceof SQLNonTransientConnectionException
                    || Transactions.hasState(e, state -> state.startsWith("08"));
            throw new MessagingException(
                    away ? ErrorKind.UNAVAILABLE : ErrorKind.REFUSED,
                    "The table '" + table + "' could not be created: " + e.getMessage()
                            + (away
                                    ? ". Is the database up?"
                                    : ". Let somebody create it who may; docs/reference/formats.md has the statement."),
                    e);
        }
    }

    @Override
    public Map<TopicPartition, Row> load(String group, Collection<TopicPartition> partitions) throws SQLException {
        return inTable(connection -> {
            Map<TopicPartition, Row> found = new HashMap<>();
            select(connection, "version, state", "", group, partitions, (partition, row) -> {
                found.put(partition, new Row(row.getBytes("state"), row.getLong("version")));
            });
            return found;
        });
    }

    @Override
    public Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws SQLException {
        SortedMap<TopicPartition, Row> sorted =
                new TreeMap<>(rows); // whoever locks in one order does not block each other
        return inTable(connection -> {
            insertAbsent(connection, group, sorted);
            Map<TopicPartition, Long> kept = new HashMap<>();
            select(
                    connection,
                    "version",
                    " FOR UPDATE",
                    group,
                    sorted.keySet(),
                    (partition, row) -> kept.put(partition, row.getLong("version")));
            return update(connection, group, sorted, kept);
        });
    }

    /** Rows are there, and locked, before they are written: drivers do not say reliably what each statement of a batch did. */
    private void insertAbsent(Connection connection, String group, SortedMap<TopicPartition, Row> rows)
            throws SQLException {
        List<TopicPartition> first = rows.entrySet().stream()
                .filter(entry -> entry.getValue().version() == 0)
                .map(Map.Entry::getKey)
                .toList();
        if (first.isEmpty()) {
            return;
        }
        try (PreparedStatement insert =
                connection.prepareStatement(Dialect.of(connection).insertIfAbsent(table))) {
            for (TopicPartition partition : first) {
                insert.setString(1, group);
                insert.setString(2, partition.topic());
                insert.setInt(3, partition.partition());
                insert.addBatch();
            }
            int[] unused = insert.executeBatch();
        }
    }

    private Set<TopicPartition> update(
            Connection connection, String group, SortedMap<TopicPartition, Row> rows, Map<TopicPartition, Long> kept)
            throws SQLException {
        Set<TopicPartition> refused = new HashSet<>();
        try (PreparedStatement update = connection.prepareStatement("UPDATE " + table
                + " SET version = ?, state = ? WHERE group_name = ? AND topic_name = ? AND partition_number = ?")) {
            for (Map.Entry<TopicPartition, Row> entry : rows.entrySet()) {
                TopicPartition partition = entry.getKey();
                Row row = entry.getValue();
                if (kept.getOrDefault(partition, NO_ROW) != row.version()) {
                    refused.add(partition);
                    continue;
                }
                update.setLong(1, row.version() + 1);
                update.setBytes(2, row.bytes());
                update.setString(3, group);
                update.setString(4, partition.topic());
                update.setInt(5, partition.partition());
                update.addBatch();
            }
            if (refused.size() < rows.size()) {
                int[] unused = update.executeBatch();
            }
        }
        return refused;
    }

    private interface Reader {
        void read(TopicPartition partition, ResultSet row) throws SQLException;
    }

    private void select(
            Connection connection,
            String columns,
            String lock,
            String group,
            Collection<TopicPartition> partitions,
            Reader reader)
            throws SQLException {
        Map<String, Set<Integer>> topics = partitions.stream()
                .collect(Collectors.groupingBy(
                        TopicPartition::topic,
                        TreeMap::new,
                        Collectors.mapping(TopicPartition::partition, Collectors.toSet())));
        for (Map.Entry<String, Set<Integer>> topic : topics.entrySet()) {
            String places = "?" + ", ?".repeat(topic.getValue().size() - 1);
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT group_name, topic_name, partition_number, " + columns + " FROM " + table
                            + " WHERE group_name = ? AND topic_name = ? AND partition_number IN (" + places
                            + ") ORDER BY partition_number" + lock)) {
                select.setString(1, group);
                select.setString(2, topic.getKey());
                int place = 3;
                for (int partition : topic.getValue()) {
                    select.setInt(place++, partition);
                }
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        checkCase(row, group, topic.getKey());
                        reader.read(new TopicPartition(topic.getKey(), row.getInt("partition_number")), row);
                    }
                }
            }
        }
    }

    /** In a table that was created otherwise, two groups or topics might share their books. */
    private void checkCase(ResultSet row, String group, String topic) throws SQLException {
        if (!row.getString("group_name").equals(group)
                || !row.getString("topic_name").equals(topic)) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "The table '" + table + "' takes '" + row.getString("group_name") + "' for '" + group + "' or '"
                            + row.getString("topic_name") + "' for '" + topic
                            + "'. Create it with the statement in docs/reference/formats.md, which tells upper from lower case.");
        }
    }

    private <T> T inTable(Transactions.Work<T> work) throws SQLException {
        try {
            return transactions.run(work);
        } catch (SQLException e) {
            if (Transactions.hasState(e, state -> state.equals("42P01") || state.startsWith("42S0"))) {
                throw new MessagingException(
                        ErrorKind.INVALID,
                        "There is no table '" + table
                                + "' for the verifier's state. Call createTables() once, or create it with the"
                                + " statement in docs/reference/formats.md.",
                        e);
            }
            throw e;
        }
    }
}
