package io.waybill.cli;

/**
 * One test of the suite that was run, or skipped.
 *
 * @param name what it is called; it begins with the rules that it proves
 * @param className the class that it is in
 * @param status how it ended
 * @param seconds how long it took
 * @param seed what its random choices came from; empty if it made none
 * @param message why it failed or was skipped; empty if it passed
 * @param trace the stack trace of a failure; else empty
 */
record SuiteCase(
        String name, String className, Status status, double seconds, String seed, String message, String trace) {
    enum Status {
        PASS,
        FAIL,
        /** Skipped: the broker cannot do it. */
        UNSUPPORTED,
        /** Skipped: something in the target is missing. */
        SKIPPED
    }
}
