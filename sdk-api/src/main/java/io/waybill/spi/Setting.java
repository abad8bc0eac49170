package io.waybill.spi;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One setting: its name in URIs and properties, how its text is read, what holds if it is absent.
 *
 * <p>Created as a constant by whoever owns the setting; immutable.
 *
 * @param <T> the value's type
 */
public final class Setting<T> {
    private final String name;
    private final @Nullable T defaultValue;
    private final Function<String, T> parser;
    private final String form;
    private final boolean secret;

    private Setting(String name, @Nullable T defaultValue, Function<String, T> parser, String form, boolean secret) {
        this.name = name;
        this.defaultValue = defaultValue;
        this.parser = parser;
        this.form = form;
        this.secret = secret;
    }

    /**
     * A setting of any kind.
     *
     * @param name its name
     * @param defaultValue what holds if it is absent, or null
     * @param parser reads its text; throws any runtime exception if it cannot
     * @param form what texts there are, for errors: completes "use ..."
     * @param <T> the value's type
     * @return the setting
     */
    public static <T> Setting<T> parsed(
            String name, @Nullable T defaultValue, Function<String, T> parser, String form) {
        return new Setting<>(name, defaultValue, parser, form, false);
    }

    /**
     * A setting of text.
     *
     * @param name its name
     * @param defaultValue what holds if it is absent, or null
     * @return the setting
     */
    public static Setting<String> text(String name, @Nullable String defaultValue) {
        return new Setting<>(name, defaultValue, Function.identity(), "text", false);
    }

    /**
     * A setting that is never printed.
     *
     * @param name its name
     * @return the setting
     */
    public static Setting<String> secret(String name) {
        return new Setting<>(name, null, Function.identity(), "text", true);
    }

    /**
     * A setting of true or false.
     *
     * @param name its name
     * @param defaultValue what holds if it is absent, or null
     * @return the setting
     */
    public static Setting<Boolean> bool(String name, @Nullable Boolean defaultValue) {
        return new Setting<>(name, defaultValue, Setting::parseBoolean, "true or false", false);
    }

    /**
     * A setting of a whole number.
     *
     * @param name its name
     * @param defaultValue what holds if it is absent, or null
     * @param least the least value
     * @param most the largest value
     * @return the setting
     */
    public static Setting<Long> number(String name, @Nullable Long defaultValue, long least, long most) {
        return new Setting<>(
                name,
                defaultValue,
                text -> {
                    long value = Long.parseLong(text);
                    if (value < least || value > most) {
                        throw new IllegalArgumentException("out of range");
                    }
                    return value;
                },
                "a number from " + least + " to " + most,
                false);
    }

    /**
     * A setting of a time span of any length.
     *
     * @param name its name
     * @param defaultValue what holds if it is absent, or null
     * @return the setting
     */
    public static Setting<Duration> duration(String name, @Nullable Duration defaultValue) {
        return duration(name, defaultValue, Duration.ZERO);
    }

    /**
     * A setting of a time span, written as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h} or ISO-8601
     * ({@code PT30S}).
     *
     * @param name its name
     * @param defaultValue what holds if it is absent, or null
     * @param least the shortest
     * @return the setting
     */
    public static Setting<Duration> duration(String name, @Nullable Duration defaultValue, Duration least) {
        return new Setting<>(
                name,
                defaultValue,
                text -> {
                    Duration value = parseDuration(text);
                    if (value.compareTo(least) < 0) {
                        throw new IllegalArgumentException("too short");
                    }
                    return value;
                },
                "a time span such as 500ms, 30s or 5m"
                        + (least.isZero() ? "" : ", at least " + least.toMillis() + "ms"),
                false);
    }

    /**
     * A setting of one of several words; upper and lower case and {@code -} or {@code _} do not matter.
     *
     * @param name its name
     * @param type the words
     * @param defaultValue what holds if it is absent, or null
     * @param <E> the words' type
     * @return the setting
     */
    public static <E extends Enum<E>> Setting<E> choice(String name, Class<E> type, @Nullable E defaultValue) {
        return new Setting<>(
                name,
                defaultValue,
                text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_')),
                "one of " + Arrays.toString(type.getEnumConstants()),
                false);
    }

    /**
     * Its name.
     *
     * @return the name in URIs and properties
     */
    public String name() {
        return name;
    }

    /**
     * What holds if it is absent.
     *
     * @return the value, or null if there is none
     */
    public @Nullable T defaultValue() {
        return defaultValue;
    }

    /**
     * Whether it is masked wherever settings are printed.
     *
     * @return true for passwords
     */
    public boolean secret() {
        return secret;
    }

    T parse(String text) {
        try {
            return parser.apply(text);
        } catch (RuntimeException e) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "Setting '" + name + "' cannot be " + (secret ? "this value" : "'" + text + "'") + ": use " + form);
        }
    }

    private static Boolean parseBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "on", "yes" -> true;
            case "false", "off", "no" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Duration parseDuration(String text) {
        try {
            Duration duration;
            if (text.endsWith("ms")) {
                duration = Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
            } else if (text.startsWith("P") || text.startsWith("p")) {
                duration = Duration.parse(text);
            } else {
                duration = Duration.parse("PT" + text);
            }
            if (duration.isNegative()) {
                throw new IllegalArgumentException(text);
            }
            return duration;
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
