/** What Waybill keeps in databases, over JDBC; the driver is the application's. */
module io.waybill.stores.jdbc {
    requires transitive io.waybill.interceptors;
    requires transitive java.sql;
    requires static transitive org.jspecify;

    exports io.waybill.stores.jdbc;
}
