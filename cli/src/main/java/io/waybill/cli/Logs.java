package io.waybill.cli;

/** The log goes to stderr, warnings and worse; see {@code simplelogger.properties}. */
final class Logs {
    private static final String LEVEL_OF = "org.slf4j.simpleLogger.log.";

    private Logs() {}

    /** Sets the level of a logger that was not used yet, unless the user has set it. */
    static void level(String logger, String level) {
        if (System.getProperty(LEVEL_OF + logger) == null) {
            System.setProperty(LEVEL_OF + logger, level);
        }
    }
}
