package io.waybill.stores.jdbc;

import java.util.UUID;
import javax.sql.ConnectionPoolDataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;

/** Pools for many threads, of whatever driver: H2's takes them all. */
final class Pools {
    private Pools() {}

    static JdbcConnectionPool of(ConnectionPoolDataSource source) {
        JdbcConnectionPool pool = JdbcConnectionPool.create(source);
        pool.setMaxConnections(20);
        return pool;
    }

    /** A new database in memory, which ends with the JVM. */
    static JdbcDataSource h2(String settings) {
        JdbcDataSource source = new JdbcDataSource();
        source.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1" + settings);
        return source;
    }
}
