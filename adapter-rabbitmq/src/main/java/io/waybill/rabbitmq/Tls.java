package io.waybill.rabbitmq;

import io.waybill.spi.Setting;
import io.waybill.spi.StoreFile;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** What a connection by TLS trusts and shows. */
final class Tls {
    private Tls() {}

    static SSLContext context(RabbitMqSettings settings) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store(settings, RabbitMqSettings.TRUST_STORE, RabbitMqSettings.TRUST_STORE_PASSWORD));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            String password = settings.find(RabbitMqSettings.KEY_STORE_PASSWORD);
            keys.init(
                    store(settings, RabbitMqSettings.KEY_STORE, RabbitMqSettings.KEY_STORE_PASSWORD),
                    password == null ? new char[0] : password.toCharArray());
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw RabbitMqSettings.invalid("TLS cannot be set up: " + e.getMessage());
        }
    }

    /** Null if the setting is absent: the JVM's own certificates are trusted, and none is shown. */
    private static @Nullable KeyStore store(
            RabbitMqSettings settings, Setting<String> place, Setting<String> passwordOf) {
        String file = settings.find(place);
        if (file == null) {
            return null;
        }
        StoreFile store = StoreFile.of(place, file);
        if (place == RabbitMqSettings.KEY_STORE && store.type() == StoreFile.Type.PEM) {
            throw RabbitMqSettings.invalid("Setting '" + place + "' needs a PKCS12 or JKS file, with a key in it.");
        }
        try {
            return store.load(settings.find(passwordOf));
        } catch (IOException | GeneralSecurityException e) {
            throw RabbitMqSettings.invalid("Setting '" + place + "' names '" + file + "', which cannot be read: "
                    + e.getMessage() + ". Is its password right?");
        }
    }
}
