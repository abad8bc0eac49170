package io.waybill.cli.print;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Says on stderr what goes on: on a terminal in one line that is written over again and again, elsewhere in a line every
 * two seconds. Ends with {@link #close}, which clears the line.
 */
public final class Progress implements AutoCloseable {
    private static final long TERMINAL_MILLIS = 150;
    private static final long LINE_MILLIS = 2_000;
    private static final int TERMINAL_COLUMNS = 79;
    private static final String CLEAR = "\r\033[K";

    private final PrintStream err;
    private final Supplier<String> text;
    private final boolean terminal;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "progress");
        thread.setDaemon(true);
        return thread;
    });

    public Progress(PrintStream err, Supplier<String> text) {
        this(err, text, isTerminal());
    }

    Progress(PrintStream err, Supplier<String> text, boolean terminal) {
        this.err = err;
        this.text = text;
        this.terminal = terminal;
        long period = terminal ? TERMINAL_MILLIS : LINE_MILLIS;
        var unused = timer.scheduleAtFixedRate(this::show, period, period, TimeUnit.MILLISECONDS);
    }

    private synchronized void show() {
        if (timer.isShutdown()) {
            return;
        }
        if (terminal) {
            String line = text.get();
            err.print(CLEAR + line.substring(0, Math.min(line.length(), TERMINAL_COLUMNS)));
            err.flush();
        } else {
            err.println(text.get());
        }
    }

    @Override
    public synchronized void close() {
        timer.shutdownNow();
        if (terminal) {
            err.print(CLEAR);
            err.flush();
        }
    }

    /** Whether stderr is a terminal; the JDK only knows this of stdin and stdout together. */
    private static boolean isTerminal() {
        try {
            Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/2"));
            return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
        } catch (Exception e) {
            return false;
        }
    }
}
