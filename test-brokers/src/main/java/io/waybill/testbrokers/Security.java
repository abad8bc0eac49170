package io.waybill.testbrokers;

import java.util.Optional;

/**
 * How a broker protects its client port. Immutable: start from {@link #plaintext()} and add to it.
 *
 * @param encryption whether and how it speaks TLS
 * @param login which login it demands
 * @param credentials the user that it lets in; present exactly if a login is demanded
 */
public record Security(Encryption encryption, Login login, Optional<Credentials> credentials) {
    /** Whether and how the port speaks TLS. */
    public enum Encryption {
        /** No TLS. */
        PLAINTEXT,
        /** TLS with a certificate for localhost and 127.0.0.1. */
        TLS,
        /** TLS with a certificate for {@code elsewhere.example}: a client that checks host names must refuse it. */
        TLS_FOR_ANOTHER_HOST
    }

    /** The login that the port demands. */
    public enum Login {
        /** None. */
        NONE,
        /** User and password in clear text (SASL PLAIN). */
        PLAIN,
        /** SASL SCRAM-SHA-256. */
        SCRAM_SHA_256,
        /** SASL SCRAM-SHA-512. */
        SCRAM_SHA_512,
        /** RocketMQ's own: every request is signed with the user's secret key. */
        ACCESS_KEY
    }

    /** @throws IllegalArgumentException if there is a login without credentials, or the other way round */
    public Security {
        if (credentials.isPresent() == (login == Login.NONE)) {
            throw new IllegalArgumentException("Login " + login + " with credentials " + credentials);
        }
    }

    /** No TLS and no login. */
    public static Security plaintext() {
        return new Security(Encryption.PLAINTEXT, Login.NONE, Optional.empty());
    }

    /** The same login, over {@code encryption}. */
    public Security with(Encryption encryption) {
        return new Security(encryption, login, credentials);
    }

    /** The same encryption, with a login for this one user. */
    public Security with(Login login, Credentials user) {
        return new Security(encryption, login, Optional.of(user));
    }

    boolean encrypted() {
        return encryption != Encryption.PLAINTEXT;
    }
}
