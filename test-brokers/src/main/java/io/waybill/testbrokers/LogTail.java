package io.waybill.testbrokers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last lines that a broker wrote, for messages of failed tests. */
final class LogTail {
    private static final int LINES = 40;

    private LogTail() {}

    /** The last lines of its log, if there is one, and of what its process printed, if there is one. */
    static String of(Path log, @Nullable ChildProcess process) {
        StringBuilder tail = new StringBuilder();
        try {
            if (Files.exists(log)) {
                List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
                lines.stream()
                        .skip(Math.max(0, lines.size() - LINES))
                        .forEach(line -> tail.append(line).append('\n'));
            }
        } catch (IOException e) {
            tail.append("the log cannot be read: ").append(e).append('\n');
        }
        return process == null ? tail.toString() : tail + process.tail();
    }
}
