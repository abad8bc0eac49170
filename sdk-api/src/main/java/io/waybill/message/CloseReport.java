package io.waybill.message;

/**
 * What a close could not bring to its end.
 *
 * @param unfinished producers: sends whose outcome is unknown because no confirm came in time; consumers: handlers that
 *     still ran when the time was up, whose messages will be delivered again
 * @param unsettled consumers: partitions whose last settlement the broker did not confirm; what was finished there last
 *     may be delivered again
 */
public record CloseReport(int unfinished, int unsettled) {
    /** Nothing was left. */
    public static final CloseReport CLEAN = new CloseReport(0, 0);

    /**
     * Whether nothing was left.
     *
     * @return true if both numbers are 0
     */
    public boolean clean() {
        return unfinished == 0 && unsettled == 0;
    }
}
