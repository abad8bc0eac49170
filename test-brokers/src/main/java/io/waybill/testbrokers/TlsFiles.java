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
import java.util.UUID;

/**
 * A broker's certificate and the trust stores that go with it, all PKCS12 and all with one password; and the same as PEM, for
 * those who read nothing else.
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

    /** The broker's certificate as PEM: what a client has to trust. */
    public Path certificate() {
        return pem(BROKER);
    }

    /** The certificate in {@link #strangerTrustStore()} as PEM: who trusts it must refuse the broker. Made at the first call. */
    public Path strangerCertificate() {
        Path unused = strangerTrustStore();
        return pem(STRANGER);
    }

    /** The password of both trust stores. */
    public String password() {
        return password;
    }

    Path keyStore() {
        return keyStore(BROKER);
    }

    /** The broker's private key as PEM (PKCS #8), without a password. */
    Path privateKey() {
        return folder.resolve(BROKER + "-key.pem");
    }

    /** Names the folder only. */
    @Override
    public String toString() {
        return "TlsFiles[" + folder + "]";
    }

    private Path keyStore(String name) {
        return folder.resolve(name + "-key.p12");
    }

    private Path pem(String name) {
        return folder.resolve(name + ".pem");
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
        Shell.run(keytool);
        try {
            KeyStore source = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(keys)) {
                source.load(in, password.toCharArray());
            }
            KeyStore trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            trust.setCertificateEntry(name, source.getCertificate(name));
            try (OutputStream out = Files.newOutputStream(trustStore(name))) {
                trust.store(out, password.toCharArray());
            }
            writePem(pem(name), "CERTIFICATE", source.getCertificate(name).getEncoded());
            if (name.equals(BROKER)) {
                writePem(
                        privateKey(),
                        "PRIVATE KEY",
                        source.getKey(name, password.toCharArray()).getEncoded());
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The trust store for the broker's certificate could not be made", e);
        }
    }

    private static void writePem(Path file, String what, byte[] encoded) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        Files.writeString(file, "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n");
    }
}
