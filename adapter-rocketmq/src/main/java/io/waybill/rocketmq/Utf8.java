package io.waybill.rocketmq;

/** Whether bytes are what Java would write for a text, so that a broker that reads and writes it keeps them. */
final class Utf8 {
    private Utf8() {}

    /** Checks the rest of a value, whose characters below 128 must not be below {@code least} or DEL. */
    static boolean isValid(byte[] bytes, int from, int least) {
        int i = from;
        while (i < bytes.length) {
            int b = bytes[i];
            if (b >= 0) {
                if (b < least || b == 127) {
                    return false;
                }
                i++;
                continue;
            }
            int more = (b & 0xE0) == 0xC0 ? 1 : (b & 0xF0) == 0xE0 ? 2 : (b & 0xF8) == 0xF0 ? 3 : 0;
            if (more == 0 || i + more >= bytes.length) {
                return false;
            }
            int code = b & (0x3F >> more);
            for (int j = 1; j <= more; j++) {
                if ((bytes[i + j] & 0xC0) != 0x80) {
                    return false;
                }
                code = code << 6 | (bytes[i + j] & 0x3F);
            }
            if (!isCharacter(code, more)) {
                return false;
            }
            i += more + 1;
        }
        return true;
    }

    private static boolean isCharacter(int code, int more) {
        return switch (more) {
            case 1 -> code >= 0xA0; // below are more control characters
            case 2 -> code >= 0x800 && (code < 0xD800 || code > 0xDFFF);
            default -> code >= 0x10000 && code <= 0x10FFFF;
        };
    }
}
