/** The in-process broker, for tests, documents and the quickstart. */
module io.waybill.memory {
    requires transitive io.waybill;
    requires static transitive org.jspecify;

    exports io.waybill.memory;

    provides io.waybill.spi.AdapterProvider with
            io.waybill.memory.MemoryAdapter.Provider;
}
