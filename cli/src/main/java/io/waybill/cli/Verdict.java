package io.waybill.cli;

/** What the suite says of a rule on a broker. */
enum Verdict {
    /** A case passed and none failed. */
    PASS("PASS"),
    /** The same, by means of Waybill's where the broker has none of its own. */
    EMULATED("EMULATED"),
    /** A case failed. */
    FAIL("FAIL"),
    /** The broker cannot do what its cases show. */
    UNSUPPORTED("UNSUPPORTED"),
    /** There is no case, or something in the target is missing that they need. */
    NOT_TESTED("NOT TESTED");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    boolean holds() {
        return this == PASS || this == EMULATED;
    }

    @Override
    public String toString() {
        return words;
    }
}
