/** What Waybill keeps in Redis, over Jedis. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // it has had this name for years
module io.waybill.stores.redis {
    requires transitive io.waybill.interceptors;
    requires transitive redis.clients.jedis;
    requires static transitive org.jspecify;

    exports io.waybill.stores.redis;
}
