package io.waybill.spi;

import java.util.List;

/**
 * Makes adapters for a URI scheme. Found by {@link java.util.ServiceLoader}, as JDBC finds drivers; has a public
 * constructor without arguments and no state.
 */
public interface AdapterProvider {
    /**
     * The scheme it serves.
     *
     * @return lower case, without colon, such as {@code kafka}
     */
    String scheme();

    /**
     * The settings that its adapter understands as URI parameters and properties. Any other name is refused.
     *
     * @return the settings
     */
    List<Setting<?>> settings();

    /**
     * Makes an adapter. Opens no connection yet.
     *
     * @param uri where to connect to
     * @param settings the values, checked by their parsers
     * @return a new adapter, owned and closed by the caller
     * @throws io.waybill.message.MessagingException INVALID if URI or settings make no sense together
     */
    Adapter create(ConnectionUri uri, Settings settings);
}
