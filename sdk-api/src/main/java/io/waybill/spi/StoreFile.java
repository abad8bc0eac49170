package io.waybill.spi;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file of certificates or keys that a setting names; the ending of its name says how it is read.
 *
 * <p>Created by {@link #of}; immutable.
 *
 * @param path where it is
 * @param type how it is read
 */
public record StoreFile(Path path, Type type) {
    /** What is in a file. */
    public enum Type {
        /** {@code .p12}, {@code .pfx} or {@code .pkcs12}. */
        PKCS12,
        /** {@code .jks}. */
        JKS,
        /** {@code .pem}, {@code .crt} or {@code .cer}. */
        PEM
    }

    /**
     * Looks at the file.
     *
     * @param setting the setting, for errors
     * @param file its value
     * @return the file
     * @throws MessagingException INVALID if it cannot be read or its name has another ending
     */
    public static StoreFile of(Setting<String> setting, String file) {
        Path path = Path.of(file);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new MessagingException(
                    ErrorKind.INVALID, "Setting '" + setting + "' names '" + file + "', which is no readable file.");
        }
        String ending = file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        Type type = switch (ending) {
            case "p12", "pfx", "pkcs12" -> Type.PKCS12;
            case "jks" -> Type.JKS;
            case "pem", "crt", "cer" -> Type.PEM;
            default ->
                throw new MessagingException(
                        ErrorKind.INVALID,
                        "Setting '" + setting + "' names '" + file
                                + "': its name must end in .p12, .pfx, .pkcs12, .jks, .pem, .crt or .cer, which says"
                                + " how to read it.");
        };
        return new StoreFile(path, type);
    }

    /**
     * Reads it: a PEM file gives its certificates, and no key.
     *
     * @param password the file's password, or null if it has none
     * @return a new store
     * @throws IOException if it cannot be read, a wrong password included
     * @throws GeneralSecurityException if what is in it cannot be understood
     */
    public KeyStore load(@Nullable String password) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(type == Type.JKS ? "JKS" : "PKCS12");
        try (InputStream in = Files.newInputStream(path)) {
            if (type != Type.PEM) {
                store.load(in, password == null ? null : password.toCharArray());
                return store;
            }
            store.load(null, null);
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("certificate-" + store.size(), certificate);
            }
        }
        return store;
    }
}
