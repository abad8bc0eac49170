package io.waybill.message;

import java.time.Instant;

/** Where a new group starts to read, or a position is reset to. */
public sealed interface StartPosition {
    /**
     * The first message that the topic still holds: the default.
     *
     * @return the position
     */
    static StartPosition first() {
        return End.FIRST;
    }

    /**
     * Behind the last message: only what is sent from now on.
     *
     * @return the position
     */
    static StartPosition latest() {
        return End.LATEST;
    }

    /**
     * The first message with this time or a later one, by the broker's timestamps.
     *
     * @param time the time
     * @return the position
     */
    static StartPosition at(Instant time) {
        return new At(time);
    }

    /**
     * The capability that a broker needs for it.
     *
     * @return the capability
     */
    Capability capability();

    /** The two ends of a topic. */
    enum End implements StartPosition {
        /** See {@link StartPosition#first()}. */
        FIRST(Capability.START_FIRST),
        /** See {@link StartPosition#latest()}. */
        LATEST(Capability.START_LATEST);

        private final Capability capability;

        End(Capability capability) {
            this.capability = capability;
        }

        @Override
        public Capability capability() {
            return capability;
        }
    }

    /**
     * See {@link StartPosition#at}.
     *
     * @param time the time
     */
    record At(Instant time) implements StartPosition {
        @Override
        public Capability capability() {
            return Capability.START_TIME;
        }
    }
}
