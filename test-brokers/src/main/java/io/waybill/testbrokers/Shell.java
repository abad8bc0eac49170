package io.waybill.testbrokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short-lived helpers outside the JVM: signals that Java cannot send, and the watcher of a paused process. */
final class Shell {
    private static final String SH = "/bin/sh";
    private static final int SECONDS = 60;

    private Shell() {}

    /** Sends a signal by the shell's own {@code kill}: a bare system has no other. */
    static void signal(long pid, String signal) {
        try {
            String unused = run(new ProcessBuilder(SH, "-c", "kill -" + signal + " \"$0\"", Long.toString(pid)));
        } catch (IOException e) {
            throw new UncheckedIOException("Signal " + signal + " could not be sent to process " + pid, e);
        }
    }

    /**
     * Starts a process that kills {@code pid} and deletes {@code folder} as soon as this JVM is gone, however it ended. A byte
     * on its standard input dismisses it.
     */
    static Process guard(long pid, String folder) throws IOException {
        String script = "trap '' INT; read -r _ || { kill -9 \"$0\"; [ -z \"$1\" ] || rm -rf -- \"$1\"; }";
        return quiet(new ProcessBuilder(SH, "-c", script, Long.toString(pid), folder));
    }

    /**
     * Starts a process that, as soon as this JVM is gone, kills all that {@link #launcher} noted in {@code processes} and
     * deletes {@code folder}. A byte on its standard input dismisses it.
     */
    static Process guardAll(Path processes, Path folder) throws IOException {
        String script =
                "trap '' INT HUP TERM; read -r _ && exit; for file in \"$0\"/*; do read -r pid <\"$file\" && kill -9 \"$pid\"; done;"
                        + " sleep 0.3; rm -rf -- \"$1\"";
        return quiet(new ProcessBuilder(SH, "-c", script, processes.toString(), folder.toString()));
    }

    /** Prepares a program that notes its process in a file, has no standard input, and lets its parent deal with Ctrl-C. */
    static ProcessBuilder launcher(Path note, List<String> command) {
        String script = "trap '' INT; echo $$ >\"$0\"; exec \"$@\" </dev/null";
        List<String> launch = new ArrayList<>(List.of(SH, "-c", script, note.toString()));
        launch.addAll(command);
        return new ProcessBuilder(launch);
    }

    /** Starts a process that waits, at most 5 s, until {@code pid} is gone, deletes {@code folder} and ends. */
    static void deleteAfter(long pid, String folder) throws IOException {
        String script = "i=0; while [ $i -lt 50 ] && kill -0 \"$0\"; do i=$((i+1)); sleep 0.1; done; rm -rf -- \"$1\"";
        var unused = quiet(new ProcessBuilder(SH, "-c", script, Long.toString(pid), folder));
    }

    private static Process quiet(ProcessBuilder builder) throws IOException {
        return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Runs a command to its end and returns what it printed, which is part of the exception if it fails. */
    static String run(ProcessBuilder builder) throws IOException {
        Path output = Files.createTempFile("waybill-", ".out");
        try {
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended;
            try {
                ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                ended = false;
            }
            if (!ended) {
                process.destroyForcibly();
                throw new IOException(builder.command().get(0) + " did not end in time");
            }
            String printed = Files.readString(output, StandardCharsets.UTF_8).strip();
            if (process.exitValue() != 0) {
                throw new IOException(builder.command().get(0) + " ended with " + process.exitValue() + ": " + printed);
            }
            return printed;
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
