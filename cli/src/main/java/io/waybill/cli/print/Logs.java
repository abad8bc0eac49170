package io.waybill.cli.print;

import java.nio.file.Path;

/** The log goes to stderr, warnings and worse; see {@code simplelogger.properties}. */
public final class Logs {
    private static final String FILE = "org.slf4j.simpleLogger.logFile";
    private static final String LEVEL_OF = "org.slf4j.simpleLogger.log.";

    private Logs() {}

    /** Writes the log to a file instead, if nothing was logged yet and the user has not chosen another place. */
    public static void toFile(Path file) {
        if (System.getProperty(FILE) == null) {
            System.setProperty(FILE, file.toString());
        }
    }

    /** Sets the level of a logger that was not used yet, unless the user has set it. */
    public static void level(String logger, String level) {
        if (System.getProperty(LEVEL_OF + logger) == null) {
            System.setProperty(LEVEL_OF + logger, level);
        }
    }
}
