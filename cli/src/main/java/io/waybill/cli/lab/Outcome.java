package io.waybill.cli.lab;

/** Whether the verification said of a scenario what it had to. */
enum Outcome {
    /** Every number that was injected was told, as what it is, and no other. */
    FOUND("found", true),
    /** Nothing was to be told, and nothing was. */
    SILENT("silent, as it should", true),
    /** Numbers were not told. */
    MISSED("MISSED", false),
    /** Numbers were told that nothing had happened to, or twice, or as something else. */
    FALSE_ALARM("FALSE ALARM", false),
    /** The scenario itself did not come to its end, or did not do what it was to do. */
    FAILED("FAILED", false);

    private final String words;
    private final boolean good;

    Outcome(String words, boolean good) {
        this.words = words;
        this.good = good;
    }

    boolean good() {
        return good;
    }

    @Override
    public String toString() {
        return words;
    }
}
