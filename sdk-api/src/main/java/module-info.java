/**
 * Waybill's API, its SPI and the portable core.
 *
 * <p>Applications use {@link io.waybill} and {@link io.waybill.message}; adapters implement {@link io.waybill.spi}.
 */
module io.waybill {
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.waybill;
    exports io.waybill.message;
    exports io.waybill.spi;

    uses io.waybill.spi.AdapterProvider;
}
