package io.waybill;

import io.waybill.message.ErrorKind;
import io.waybill.message.Limits;
import io.waybill.message.MessagingException;
import io.waybill.message.Ordering;
import io.waybill.message.RetryPolicy;
import io.waybill.message.StartPosition;
import io.waybill.spi.Setting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The settings of the core, on every broker. */
final class CoreSettings {
    static final Duration SHORTEST_SEND = Duration.ofMillis(100);
    static final Duration SHORTEST_SESSION = Duration.ofSeconds(1);
    static final Duration SHORTEST_SETTLE = Duration.ofMillis(1);

    static final Setting<Duration> CONNECT_TIMEOUT =
            Setting.duration("connect.timeout", Duration.ofSeconds(10), Duration.ofMillis(1));
    static final Setting<Duration> CLOSE_TIMEOUT = Setting.duration("close.timeout", Duration.ofSeconds(30));
    static final Setting<Duration> SEND_TIMEOUT =
            Setting.duration("send.timeout", Duration.ofSeconds(30), SHORTEST_SEND);
    static final Setting<Duration> MAX_BLOCK = Setting.duration("max.block", Duration.ofSeconds(10));
    static final Setting<Long> MAX_IN_FLIGHT_BYTES =
            Setting.number("max.in.flight.bytes", 32L << 20, 64 << 10, Long.MAX_VALUE);
    static final Setting<Long> MAX_BODY = Setting.number("max.body", (long) Limits.BODY_BYTES, 0, 1 << 30);

    static final Setting<Ordering> ORDERING = Setting.choice("ordering", Ordering.class, Ordering.KEY);
    static final Setting<Long> CONCURRENCY = Setting.number("concurrency", 16L, 1, 100_000);
    static final Setting<Long> WINDOW = Setting.number("window", 65_536L, 64, 1 << 24);
    static final Setting<Boolean> PARK_WHEN_FULL = Setting.bool("park.when.full", false);
    static final Setting<Long> BUFFER_BYTES = Setting.number("buffer.bytes", 32L << 20, 64 << 10, Long.MAX_VALUE);
    static final Setting<Long> POLL_MESSAGES = Setting.number("poll.messages", 2_000L, 1, 100_000);
    static final Setting<Long> RETRY_ATTEMPTS =
            Setting.number("retry.attempts", (long) RetryPolicy.DEFAULT.attempts(), 1, RetryPolicy.FOREVER);
    static final Setting<Duration> RETRY_FIRST = Setting.duration("retry.first", RetryPolicy.DEFAULT.first());
    static final Setting<Duration> RETRY_LONGEST = Setting.duration("retry.longest", RetryPolicy.DEFAULT.longest());
    static final Setting<Duration> SESSION = Setting.duration("session", Duration.ofSeconds(10), SHORTEST_SESSION);
    static final Setting<Duration> DRAIN = Setting.duration("drain", Duration.ofSeconds(30));
    static final Setting<Duration> SETTLE_INTERVAL =
            Setting.duration("settle.interval", Duration.ofMillis(100), SHORTEST_SETTLE);

    static final Setting<String> DEAD_LETTER_TOPIC =
            Setting.parsed("dead.letter.topic", null, Limits::topic, "the name of a topic");
    static final Setting<StartPosition> START =
            Setting.parsed("start", null, CoreSettings::start, "first, latest, or a time such as 2026-11-25T08:00:00Z");

    static final List<Setting<?>> ALL = List.of(
            CONNECT_TIMEOUT,
            CLOSE_TIMEOUT,
            SEND_TIMEOUT,
            MAX_BLOCK,
            MAX_IN_FLIGHT_BYTES,
            MAX_BODY,
            ORDERING,
            CONCURRENCY,
            WINDOW,
            PARK_WHEN_FULL,
            BUFFER_BYTES,
            POLL_MESSAGES,
            RETRY_ATTEMPTS,
            RETRY_FIRST,
            RETRY_LONGEST,
            SESSION,
            DRAIN,
            SETTLE_INTERVAL,
            DEAD_LETTER_TOPIC,
            START);

    private CoreSettings() {}

    private static StartPosition start(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "first" -> StartPosition.first();
            case "latest" -> StartPosition.latest();
            default -> StartPosition.at(Instant.parse(text));
        };
    }

    static Duration atLeast(String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new MessagingException(
                    ErrorKind.INVALID, "'" + name + "' was set to " + value + "; use " + least + " or more");
        }
        return value;
    }

    static long within(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new MessagingException(
                    ErrorKind.INVALID, "'" + name + "' was set to " + value + "; use " + least + " to " + most);
        }
        return value;
    }
}
