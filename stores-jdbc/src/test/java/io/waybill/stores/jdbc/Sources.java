package io.waybill.stores.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import javax.sql.DataSource;

/** Data sources whose connections are not as one would like them. */
final class Sources {
    private Sources() {}

    interface Change {
        void make(Connection real) throws SQLException;
    }

    private interface Opener {
        Connection open() throws SQLException;
    }

    /** Something happens to each connection as it is taken. */
    static DataSource changed(DataSource source, Change change) {
        return source(() -> {
            Connection real = source.getConnection();
            change.make(real);
            return real;
        });
    }

    /** Connections that are lost when they are to commit. */
    static DataSource lostAtCommit(DataSource source) {
        return source(() -> {
            Connection real = source.getConnection();
            return connection(real, "commit", () -> {
                real.close();
                throw new SQLException("lost", "08006");
            });
        });
    }

    /** Gives the same connection each time, and leaves it open. */
    static DataSource of(Connection one) {
        return source(() -> connection(one, "close", () -> null));
    }

    /** Connections that answer a call with this. */
    static DataSource with(DataSource source, String method, Object answer) {
        return source(() -> connection(source.getConnection(), method, () -> answer));
    }

    private static DataSource source(Opener opener) {
        return (DataSource) Proxy.newProxyInstance(
                Sources.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getConnection")) {
                        return opener.open();
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Connection connection(Connection real, String answered, Callable<Object> answer) {
        return (Connection) Proxy.newProxyInstance(
                Sources.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(answered)) {
                        return answer.call();
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
