package io.waybill.rabbitmq;

import io.waybill.spi.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Locale;
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
        Path path = Path.of(file);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw RabbitMqSettings.invalid("Setting '" + place + "' names '" + file + "', which is no readable file.");
        }
        String password = settings.find(passwordOf);
        String ending = file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        try (InputStream in = Files.newInputStream(path)) {
            return switch (ending) {
                case "p12", "pfx", "pkcs12" -> load("PKCS12", in, password);
                case "jks" -> load("JKS", in, password);
                case "pem", "crt", "cer" -> certificates(place, in);
                default ->
                    throw RabbitMqSettings.invalid("Setting '" + place + "' names '" + file
                            + "': its name must end in .p12, .pfx, .pkcs12, .jks, .pem, .crt or .cer, which says how to"
                            + " read it.");
            };
        } catch (IOException | GeneralSecurityException e) {
            throw RabbitMqSettings.invalid("Setting '" + place + "' names '" + file + "', which cannot be read: "
                    + e.getMessage() + ". Is its password right?");
        }
    }

    private static KeyStore load(String type, InputStream in, @Nullable String password)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(type);
        store.load(in, password == null ? null : password.toCharArray());
        return store;
    }

    private static KeyStore certificates(Setting<String> place, InputStream in)
            throws IOException, GeneralSecurityException {
        if (place == RabbitMqSettings.KEY_STORE) {
            throw RabbitMqSettings.invalid("Setting '" + place + "' needs a PKCS12 or JKS file, with a key in it.");
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
            store.setCertificateEntry("certificate-" + store.size(), certificate);
        }
        return store;
    }
}
