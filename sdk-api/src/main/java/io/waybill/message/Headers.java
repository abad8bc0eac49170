package io.waybill.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a message: names, each once, with a value of bytes. Order is kept. Text is UTF-8.
 *
 * <p>Created by {@link Message.Builder} and by adapters; immutable, if nobody changes the arrays that went in or came
 * out (they are not copied).
 */
public final class Headers implements Iterable<String> {
    private static final Headers EMPTY = new Headers(new String[0], new byte[0][]);

    private final String[] names;
    private final byte[][] values;

    private Headers(String[] names, byte[][] values) {
        this.names = names;
        this.values = values;
    }

    /**
     * No headers.
     *
     * @return the empty headers
     */
    public static Headers empty() {
        return EMPTY;
    }

    /**
     * Starts headers without checking names: for adapters, which must be able to show whatever a broker holds.
     *
     * @return a new builder
     */
    public static Builder unchecked() {
        return new Builder();
    }

    /**
     * The value of a header.
     *
     * @param name its name; upper and lower case differ
     * @return the bytes, not copied, or empty if there is no such header
     */
    public Optional<byte[]> bytes(String name) {
        return Optional.ofNullable(find(name));
    }

    /**
     * The value of a header as UTF-8 text.
     *
     * @param name its name; upper and lower case differ
     * @return the text, or empty if there is no such header
     */
    public Optional<String> text(String name) {
        byte[] value = find(name);
        return value == null ? Optional.empty() : Optional.of(new String(value, StandardCharsets.UTF_8));
    }

    /**
     * The names, in order.
     *
     * @return an immutable list
     */
    public List<String> names() {
        return List.of(names);
    }

    /**
     * How many headers there are.
     *
     * @return the number
     */
    public int size() {
        return names.length;
    }

    /**
     * The name at a place; with {@link #valueAt} the way to walk without garbage.
     *
     * @param i from 0 to {@link #size()} - 1
     * @return the name
     */
    public String nameAt(int i) {
        return names[i];
    }

    /**
     * The value at a place.
     *
     * @param i from 0 to {@link #size()} - 1
     * @return the bytes, not copied
     */
    public byte[] valueAt(int i) {
        return values[i];
    }

    @Override
    public Iterator<String> iterator() {
        return names().iterator();
    }

    /**
     * The size that {@link Limits#HEADERS_BYTES} bounds: the bytes of all names and values.
     *
     * @return bytes
     */
    public int encodedBytes() {
        int bytes = 0;
        for (int i = 0; i < names.length; i++) {
            bytes += Limits.utf8Length(names[i]) + values[i].length;
        }
        return bytes;
    }

    private byte @Nullable [] find(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return values[i];
            }
        }
        return null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Headers that
                && Arrays.equals(names, that.names)
                && Arrays.deepEquals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(names) + Arrays.deepHashCode(values);
    }

    /** The names only: values may be private. */
    @Override
    public String toString() {
        return names().toString();
    }

    /** Collects headers; used by one thread. */
    public static final class Builder {
        private String[] names = new String[4];
        private byte[][] values = new byte[4][];
        private int size;

        private Builder() {}

        Builder(Headers headers) {
            size = headers.names.length;
            names = Arrays.copyOf(headers.names, Math.max(4, size));
            values = Arrays.copyOf(headers.values, Math.max(4, size));
        }

        /**
         * Adds a header, or replaces the value it has.
         *
         * @param name the name, not checked here
         * @param value the bytes, not copied
         * @return this
         */
        public Builder put(String name, byte[] value) {
            Objects.requireNonNull(value, "value");
            for (int i = 0; i < size; i++) {
                if (names[i].equals(name)) {
                    values[i] = value;
                    return this;
                }
            }
            if (size == names.length) {
                names = Arrays.copyOf(names, size * 2);
                values = Arrays.copyOf(values, size * 2);
            }
            names[size] = name;
            values[size++] = value;
            return this;
        }

        /**
         * The headers so far; the builder can be used on.
         *
         * @return immutable headers
         */
        public Headers build() {
            return size == 0 ? EMPTY : new Headers(Arrays.copyOf(names, size), Arrays.copyOf(values, size));
        }
    }
}
