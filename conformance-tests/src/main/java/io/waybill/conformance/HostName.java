package io.waybill.conformance;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A text that becomes another of the same length wherever it stands in a stream, without holding back a byte. */
final class HostName {
    static final HostName NONE = new HostName("", "");

    private final byte[] from;
    private final byte last;

    HostName(String from, String to) {
        int most = Math.max(0, from.length() - 1);
        if (from.length() != to.length() || !from.regionMatches(0, to, 0, most)) {
            throw new IllegalArgumentException("'" + to + "' may differ from '" + from
                    + "' in the last character only: bytes are changed in passing");
        }
        this.from = from.getBytes(StandardCharsets.US_ASCII);
        this.last = this.from.length == 0 ? 0 : (byte) to.charAt(most);
    }

    /** One stream; for one thread. */
    final class Stream {
        /** The last bytes that were seen, one less than the text has. */
        private byte[] tail = new byte[0];

        /** Changes what was just read. */
        void change(byte[] bytes, int length) {
            if (from.length == 0) {
                return;
            }
            byte[] seen = Arrays.copyOf(tail, tail.length + length);
            System.arraycopy(bytes, 0, seen, tail.length, length);
            for (int i = 0; i + from.length <= seen.length; i++) {
                if (Arrays.equals(seen, i, i + from.length, from, 0, from.length)) {
                    bytes[i + from.length - 1 - tail.length] = last;
                }
            }
            tail = Arrays.copyOfRange(seen, Math.max(0, seen.length - from.length + 1), seen.length);
        }
    }
}
