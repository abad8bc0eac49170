package io.waybill.testbrokers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Locale;
import java.util.UUID;

/**
 * A broker's certificate and the trust stores that go with it, all PKCS12 and all with one password.
 *
 * <p>Made with the broker, by the JDK's keytool; the files lie in the broker's folder and go with it.
 */
public final class TlsFiles {
    private static final String BROKER = "broker";
    private static final String STRANGER = "stranger";
    private static final String HERE = "dns:localhost,ip:127.0.0.1";
    private static final String ELSEWHERE = "dns:elsewhere.example";

    private final Path folder;
    private final String password;

    private TlsFiles(Path folder, String password) {
        this.folder = folder;
        this.password = password;
    }

    static TlsFiles create(Path folder, Security.Encryption encryption) {
        TlsFiles files = new TlsFiles(folder, UUID.randomUUID().toString());
        try {
            Files.createDirectories(folder);
            files.generate(BROKER, encryption == Security.Encryption.TLS_FOR_ANOTHER_HOST ? ELSEWHERE : HERE);
        } catch (IOException e) {
            throw new UncheckedIOException("The broker's certificate could not be made", e);
        }
        return files;
    }

    /** A trust store that trusts the broker's certificate. */
    public Path trustStore() {
        return trustStore(BROKER);
    }

    /**
     * A trust store that trusts another certificate, and not the broker's: a client that uses it must be refused. Made at the
     * first call.
     */
    public synchronized Path strangerTrustStore() {
        if (!Files.exists(trustStore(STRANGER))) {
            try {
                generate(STRANGER, HERE);
            } catch (IOException e) {
                throw new UncheckedIOException("The other certificate could not be made", e);
            }
        }
        return trustStore(STRANGER);
    }

    /** The password of both trust stores. */
    public String password() {
        return password;
    }

    Path keyStore() {
        return keyStore(BROKER);
    }

    /** The broker's certificate as PEM, for a broker that is not written in Java. */
    Path certificate() {
        return pem("CERTIFICATE", keys -> keys.getCertificate(BROKER).getEncoded());
    }

    /** The certificate's private key as PEM. */
    Path key() {
        return pem(
                "PRIVATE KEY",
                keys -> keys.getKey(BROKER, password.toCharArray()).getEncoded());
    }

    private Path pem(String type, Part part) {
        Path file = folder.resolve(BROKER + "-" + type.toLowerCase(Locale.ROOT).replace(' ', '-') + ".pem");
        try {
            String text = Base64.getMimeEncoder().encodeToString(part.of(load(keyStore())));
            Files.writeString(file, "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The broker's certificate could not be written as PEM", e);
        } catch (IOException e) {
            throw new UncheckedIOException("The broker's certificate could not be written as PEM", e);
        }
        return file;
    }

    private KeyStore load(Path file) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password.toCharArray());
        }
        return store;
    }

    private interface Part {
        byte[] of(KeyStore keys) throws GeneralSecurityException;
    }

    /** Names the folder only. */
    @Override
    public String toString() {
        return "TlsFiles[" + folder + "]";
    }

    private Path keyStore(String name) {
        return folder.resolve(name + "-key.p12");
    }

    private Path trustStore(String name) {
        return folder.resolve(name + "-trust.p12");
    }

    private void generate(String name, String subjectAlternativeName) throws IOException {
        Path keys = keyStore(name);
        ProcessBuilder keytool = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=waybill test " + name,
                "-ext",
                "SAN=" + subjectAlternativeName,
                "-startdate",
                "-1d",
                "-validity",
                "90",
                "-storetype",
                "PKCS12",
                "-keystore",
                keys.toString(),
                "-storepass:env",
                "WAYBILL_STORE_PASSWORD");
        keytool.environment().put("WAYBILL_STORE_PASSWORD", password);
        String unused = Shell.run(keytool);
        try {
            KeyStore source = load(keys);
            KeyStore trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            trust.setCertificateEntry(name, source.getCertificate(name));
            try (OutputStream out = Files.newOutputStream(trustStore(name))) {
                trust.store(out, password.toCharArray());
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The trust store for the broker's certificate could not be made", e);
        }
    }
}
