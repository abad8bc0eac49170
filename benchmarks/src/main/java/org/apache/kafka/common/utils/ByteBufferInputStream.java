package org.apache.kafka.common.utils;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** What the Parallel Consumer unpacks the offsets in a commit's metadata with. */
public final class ByteBufferInputStream extends InputStream {
    private static final int BYTE = 0xFF;

    private final ByteBuffer buffer;

    /**
     * Reads from the buffer's position to its limit.
     *
     * @param buffer the buffer
     */
    public ByteBufferInputStream(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    @Override
    public int read() {
        return buffer.hasRemaining() ? buffer.get() & BYTE : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (!buffer.hasRemaining()) {
            return -1;
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(bytes, offset, count);
        return count;
    }

    @Override
    public int available() {
        return buffer.remaining();
    }
}
