package io.waybill.rocketmq;

import java.util.Arrays;

/** Bytes that grow; reused from batch to batch by one thread at a time. */
final class ByteSink {
    private static final int KEPT = 256 * 1024;

    private byte[] bytes = new byte[1024];
    private int size;

    int size() {
        return size;
    }

    void truncate(int length) {
        size = length;
    }

    void one(byte b) {
        room(1);
        bytes[size++] = b;
    }

    void fourBytes(int value) {
        room(4);
        putInt(size, value);
        size += 4;
    }

    void twoBytes(int value) {
        room(2);
        putShort(size, value);
        size += 2;
    }

    void putInt(int at, int value) {
        bytes[at] = (byte) (value >>> 24);
        bytes[at + 1] = (byte) (value >>> 16);
        bytes[at + 2] = (byte) (value >>> 8);
        bytes[at + 3] = (byte) value;
    }

    void putShort(int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }

    void all(byte[] source) {
        room(source.length);
        System.arraycopy(source, 0, bytes, size, source.length);
        size += source.length;
    }

    @SuppressWarnings("deprecation") // of characters below 128 the low bytes are all there is
    void ascii(String text) {
        int length = text.length();
        room(length);
        text.getBytes(0, length, bytes, size);
        size += length;
    }

    /** What was written, and empties it. */
    byte[] take() {
        byte[] result = Arrays.copyOf(bytes, size);
        size = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[1024];
        }
        return result;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
