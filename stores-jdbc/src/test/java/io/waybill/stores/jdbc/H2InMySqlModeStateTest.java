package io.waybill.stores.jdbc;

import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** H2 as applications use it that have MySQL elsewhere: it is H2 all the same. */
class H2InMySqlModeStateTest extends DatabaseContract {
    private static JdbcDataSource source;
    private static JdbcConnectionPool pool;

    @BeforeAll
    static void open() {
        source = Pools.h2(";MODE=MySQL;DATABASE_TO_LOWER=TRUE");
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
}
