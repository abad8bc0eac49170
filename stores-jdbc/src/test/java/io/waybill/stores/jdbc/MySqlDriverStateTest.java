package io.waybill.stores.jdbc;

import com.mysql.cj.jdbc.MysqlConnectionPoolDataSource;
import com.mysql.cj.jdbc.MysqlDataSource;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** MySQL's driver, which takes MariaDB for MySQL, with batches in one round trip. */
class MySqlDriverStateTest extends DatabaseContract {
    @TempDir
    static Path folder;

    private static ServerProcess server;
    private static MysqlDataSource direct;
    private static JdbcConnectionPool pool;

    @BeforeAll
    static void start() throws Exception {
        server = MariaDbServer.start(folder);
        String url = server.url().replace("jdbc:mariadb:", "jdbc:mysql:") + "&rewriteBatchedStatements=true";
        direct = new MysqlDataSource();
        direct.setUrl(url);
        MysqlConnectionPoolDataSource pooled = new MysqlConnectionPoolDataSource();
        pooled.setUrl(url);
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
}
