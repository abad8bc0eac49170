/**
 * Interceptors that know no broker.
 *
 * <p>The guards need those modules of Resilience4j whose objects they are given, the ledger's metrics need Micrometer; nothing
 * else needs any of them.
 */
@SuppressWarnings("requires-automatic") // they have had these names for years
module io.waybill.interceptors {
    requires transitive io.waybill;
    requires transitive org.slf4j;
    requires static transitive org.jspecify;
    requires static io.github.resilience4j.bulkhead;
    requires static io.github.resilience4j.circuitbreaker;
    requires static io.github.resilience4j.ratelimiter;
    requires static io.github.resilience4j.retry;
    requires static micrometer.core;

    exports io.waybill.interceptors;
    exports io.waybill.ledger;
}
