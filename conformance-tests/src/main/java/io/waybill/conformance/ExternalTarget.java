package io.waybill.conformance;

import java.time.Duration;
import java.util.Optional;

/**
 * A target with a broker that runs already: it is used, and not harmed.
 *
 * @param like what it is in all else
 * @param uri where the broker is
 */
record ExternalTarget(ConformanceTarget like, String uri) implements ConformanceTarget {
    @Override
    public String name() {
        return like.name();
    }

    @Override
    public void start() {}

    @Override
    public Optional<String> unreachableUri() {
        return like.unreachableUri();
    }

    @Override
    public Duration session() {
        return like.session();
    }

    @Override
    public Duration takeover() {
        return like.takeover();
    }

    @Override
    public Duration shortestTimer() {
        return like.shortestTimer();
    }

    @Override
    public String slowHandlingParameters() {
        return like.slowHandlingParameters();
    }

    @Override
    public Duration slowHandling() {
        return like.slowHandling();
    }

    @Override
    public boolean freezes() {
        return like.freezes();
    }

    @Override
    public void stop() {}

    @Override
    public String toString() {
        return name();
    }
}
