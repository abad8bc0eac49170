package io.waybill.spi;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Values of settings, each with its origin.
 *
 * <p>Created by the core from defaults, properties, URI parameters and code, a later one winning; immutable.
 */
public final class Settings {
    /** Where a value came from. */
    public enum Origin {
        /** Nothing was said. */
        DEFAULT,
        /** A {@link java.util.Properties} object. */
        PROPERTIES,
        /** The connection URI. */
        URI,
        /** A builder's method. */
        CODE
    }

    private record Value(Object value, Origin origin) {}

    private final Map<String, Setting<?>> known;
    private final Map<String, Value> values;

    private Settings(Map<String, Setting<?>> known, Map<String, Value> values) {
        this.known = known;
        this.values = values;
    }

    /**
     * All at their defaults.
     *
     * @param known the settings there are
     * @return the values
     */
    public static Settings defaults(Collection<? extends Setting<?>> known) {
        Map<String, Setting<?>> byName = new LinkedHashMap<>();
        known.forEach(setting -> byName.put(setting.name(), setting));
        return new Settings(byName, Map.of());
    }

    /**
     * A copy with values read from text.
     *
     * @param texts text by name
     * @param origin where they come from
     * @return the copy
     * @throws MessagingException INVALID if a name is unknown or a text cannot be read
     */
    public Settings with(Map<String, String> texts, Origin origin) {
        Map<String, Value> copy = new LinkedHashMap<>(values);
        texts.forEach((name, text) -> {
            Setting<?> setting = known.get(name);
            if (setting == null) {
                throw new MessagingException(
                        ErrorKind.INVALID,
                        "Unknown setting '" + name + "'" + (origin == Origin.URI ? " in the URI" : "") + ". Known are: "
                                + String.join(", ", new TreeMap<>(known).keySet()));
            }
            copy.put(name, new Value(setting.parse(text), origin));
        });
        return new Settings(known, copy);
    }

    /**
     * A copy with one value from code.
     *
     * @param setting which
     * @param value its value
     * @param <T> the value's type
     * @return the copy
     */
    public <T> Settings with(Setting<T> setting, T value) {
        Map<String, Value> copy = new LinkedHashMap<>(values);
        copy.put(setting.name(), new Value(value, Origin.CODE));
        return new Settings(known, copy);
    }

    /**
     * The settings and values of two owners together.
     *
     * @param other the other; its names differ from those here
     * @return both
     */
    public Settings and(Settings other) {
        Map<String, Setting<?>> allKnown = new LinkedHashMap<>(known);
        allKnown.putAll(other.known);
        Map<String, Value> allValues = new LinkedHashMap<>(values);
        allValues.putAll(other.values);
        return new Settings(allKnown, allValues);
    }

    /**
     * A value, or null if there is neither a value nor a default.
     *
     * @param setting which
     * @param <T> the value's type
     * @return the value or null
     */
    @SuppressWarnings("unchecked") // values hold what their own setting parsed
    public <T> @Nullable T find(Setting<T> setting) {
        Value value = values.get(setting.name());
        return value == null ? setting.defaultValue() : (T) value.value();
    }

    /**
     * A value that has a default or was demanded.
     *
     * @param setting which
     * @param <T> the value's type
     * @return the value
     * @throws MessagingException INVALID if there is neither a value nor a default
     */
    public <T> T get(Setting<T> setting) {
        T value = find(setting);
        if (value == null) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "Setting '" + setting.name() + "' is missing. Give it in the URI or properties.");
        }
        return value;
    }

    /**
     * Where a value comes from.
     *
     * @param setting which
     * @return the origin
     */
    public Origin origin(Setting<?> setting) {
        Value value = values.get(setting.name());
        return value == null ? Origin.DEFAULT : value.origin();
    }

    /**
     * One line per setting: name, value, origin; secrets as {@code ****}.
     *
     * @return the lines, in order of names
     */
    public List<String> lines() {
        Map<String, Setting<?>> sorted = new TreeMap<>(known);
        return sorted.values().stream().map(this::line).toList();
    }

    private String line(Setting<?> setting) {
        Object value = find(setting);
        String shown = value == null ? "(none)" : setting.secret() ? "****" : value.toString();
        return setting.name() + " = " + shown + "  (" + origin(setting) + ")";
    }

    /** The lines, so that a log of this object shows no secret. */
    @Override
    public String toString() {
        return lines().toString();
    }
}
