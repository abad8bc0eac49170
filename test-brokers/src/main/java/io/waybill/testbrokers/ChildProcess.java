package io.waybill.testbrokers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A JVM that this one started, that can be killed or frozen at any moment, and that does not outlive it.
 *
 * <p>Made by {@link #java(String)}; ends by itself, by {@link #close()}, or with this JVM, even if that is killed with SIGKILL.
 * Its standard input belongs to this class. What it prints is read at once and the last 10,000 lines are kept. Safe for use by
 * several threads.
 */
public final class ChildProcess implements AutoCloseable {
    private static final int LINES = 10_000;
    private static final int TAIL = 40;
    private static final long KILL_SECONDS = 10;

    private final Process process;
    private final String description;
    private final String folder;
    private final Object state = new Object();
    private @Nullable Process guard;

    private final Deque<String> output = new ArrayDeque<>();
    private final Deque<String> errors = new ArrayDeque<>();
    private boolean outputEnded;

    private ChildProcess(Process process, String description, String folder) {
        this.process = process;
        this.description = description;
        this.folder = folder;
        Reaper.track(process.toHandle());
        var unused = process.onExit().thenRun(() -> Reaper.forget(process.toHandle()));
        read("out", process.getInputStream(), output);
        read("err", process.getErrorStream(), errors);
    }

    /** Prepares a JVM that runs {@code mainClass}, found on this JVM's own class path unless another is given. */
    public static Builder java(String mainClass) {
        return new Builder(mainClass);
    }

    /** Starts a program that is no JVM, and that ends with this JVM only if something else sees to it. */
    static ChildProcess program(ProcessBuilder builder, String description) throws IOException {
        return new ChildProcess(builder.start(), description, "");
    }

    /** The process itself. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Whether the process is there; a paused one is. */
    public boolean alive() {
        return process.isAlive();
    }

    /** Ends the process as {@code kill -9} does and returns when it is gone; does nothing if it already is. */
    public void kill() {
        synchronized (state) {
            process.toHandle().destroyForcibly();
            requireEnd(Duration.ofSeconds(KILL_SECONDS), "SIGKILL");
            dismissGuard();
        }
    }

    /**
     * Freezes the process (SIGSTOP); does nothing if it is paused already.
     *
     * @throws IllegalStateException if the process has ended
     */
    public void pause() {
        synchronized (state) {
            requireAlive("paused");
            if (guard != null) {
                return;
            }
            try {
                guard = Shell.guard(process.pid(), folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Shell.signal(process.pid(), "STOP");
        }
    }

    /** Lets a paused process go on (SIGCONT); does nothing if it is not paused. */
    public void resume() {
        synchronized (state) {
            if (guard != null && process.isAlive()) {
                Shell.signal(process.pid(), "CONT");
            }
            dismissGuard();
        }
    }

    /**
     * Asks the process to end (SIGTERM), after resuming it if it is paused, and returns when it is gone; does nothing if it
     * already is.
     *
     * @throws IllegalStateException if it is still there after {@code timeout}; it is then killed
     */
    public void stop(Duration timeout) {
        synchronized (state) {
            resume();
            // Process.destroy would close the pipes as well, and the child would take that for the end of its parent
            process.toHandle().destroy();
            requireEnd(timeout, "SIGTERM");
        }
    }

    /**
     * Waits until the process has ended and returns its exit code; a process ended by a signal has 128 + the signal's number.
     *
     * @throws IllegalStateException if it is still there after {@code timeout}, or if the thread is interrupted
     */
    public int awaitExit(Duration timeout) {
        try {
            if (process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw failure("has not ended within " + timeout);
    }

    /**
     * Waits for a line on standard output and returns the first, counted from the start of the process, that fits.
     *
     * @throws IllegalStateException if the process ends first, after {@code timeout}, or if the thread is interrupted; the
     *     message holds what was printed last
     */
    public String awaitLine(Predicate<String> fits, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (output) {
            while (true) {
                for (String line : output) {
                    if (fits.test(line)) {
                        return line;
                    }
                }
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (outputEnded || millis <= 0) {
                    throw failure(
                            outputEnded ? "ended without the line" : "has not printed the line within " + timeout);
                }
                try {
                    output.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw failure("was still silent when the waiting thread was interrupted");
                }
            }
        }
    }

    /** The lines that it has printed on standard output so far. */
    public List<String> lines() {
        synchronized (output) {
            return List.copyOf(output);
        }
    }

    /** The last lines of standard output and of standard error, for messages of failed tests. */
    public String tail() {
        return Stream.of(output, errors)
                .flatMap(lines -> {
                    synchronized (lines) {
                        return List.copyOf(lines).stream().skip(Math.max(0, lines.size() - TAIL));
                    }
                })
                .collect(Collectors.joining("\n"));
    }

    /** Kills the process if it is still there. */
    @Override
    public void close() {
        kill();
    }

    @Override
    public String toString() {
        return description + " (process " + process.pid() + ")";
    }

    static void requireHeap(String heap) {
        if (!heap.matches("[1-9][0-9]*[kKmMgG]")) {
            throw new IllegalArgumentException("Heap '" + heap + "' is not a number followed by k, m or g");
        }
    }

    /** The folder or jar that this class was loaded from. */
    static Path ownCode() {
        try {
            return Path.of(ChildProcess.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void requireAlive(String what) {
        if (!process.isAlive()) {
            throw failure("cannot be " + what + ": it has ended");
        }
    }

    private void requireEnd(Duration timeout, String signal) {
        boolean ended = Reaper.awaitEnd(process.toHandle(), timeout.toSeconds());
        if (!ended) {
            process.toHandle().destroyForcibly();
            throw failure("was still there " + timeout + " after " + signal);
        }
    }

    private void dismissGuard() {
        if (guard != null) {
            try (OutputStream in = guard.getOutputStream()) {
                in.write('\n');
            } catch (IOException e) {
                // it has ended: there is nothing left to dismiss
            }
            guard = null;
        }
    }

    private IllegalStateException failure(String what) {
        return new IllegalStateException(this + " " + what + "\n" + tail());
    }

    private void read(String name, InputStream stream, Deque<String> lines) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader in =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        for (String line = in.readLine(); line != null; line = in.readLine()) {
                            add(lines, line);
                        }
                    } catch (IOException e) {
                        // the pipe of a killed process may break instead of ending
                    } finally {
                        synchronized (lines) {
                            outputEnded |= lines == output;
                            lines.notifyAll();
                        }
                    }
                },
                "waybill-child-" + name + "-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    private static void add(Deque<String> lines, String line) {
        synchronized (lines) {
            if (lines.size() == LINES) {
                lines.removeFirst();
            }
            lines.addLast(line);
            lines.notifyAll();
        }
    }

    /** Choices for a JVM that is to be started. Made by {@link ChildProcess#java}; for one thread. */
    public static final class Builder {
        private final String mainClass;
        private final List<String> jvm = new ArrayList<>();
        private final List<String> arguments = new ArrayList<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private String classPath = join(System.getProperty("java.class.path"), System.getProperty("jdk.module.path"));
        private String heap = "256m";
        private String folder = "";

        private Builder(String mainClass) {
            this.mainClass = mainClass;
        }

        /** The class path instead of this JVM's own. */
        public Builder classPath(String classPath) {
            this.classPath = classPath;
            return this;
        }

        /** The most that the heap may take, as the JVM writes it; 256m by default. */
        public Builder heap(String heap) {
            requireHeap(heap);
            this.heap = heap;
            return this;
        }

        /** One more argument for the JVM. */
        public Builder jvmArgument(String argument) {
            jvm.add(argument);
            return this;
        }

        /** One more system property. */
        public Builder systemProperty(String key, String value) {
            return jvmArgument("-D" + key + "=" + value);
        }

        /** One more variable in the environment, which is otherwise this JVM's own. */
        public Builder environment(String key, String value) {
            environment.put(key, value);
            return this;
        }

        /** More arguments for the main class. */
        public Builder arguments(String... more) {
            arguments.addAll(List.of(more));
            return this;
        }

        /** A temporary folder, made by {@link Reaper}, that is to go when the child loses its parent. */
        Builder folder(Path temporary) {
            this.folder = temporary.toString();
            return systemProperty(ChildMain.FOLDER_PROPERTY, folder);
        }

        /**
         * Starts the JVM; returns as soon as the process is there.
         *
         * @throws UncheckedIOException if the system cannot start it
         */
        public ChildProcess start() {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-Xmx" + heap, "-Xshare:auto", "-XX:+ExitOnOutOfMemoryError"));
            command.addAll(List.of("-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8"));
            command.addAll(List.of("-Dsun.stdout.encoding=UTF-8", "-Dsun.stderr.encoding=UTF-8"));
            command.addAll(jvm);
            command.addAll(List.of("-cp", join(classPath, ownCode().toString()), ChildMain.class.getName(), mainClass));
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
            try {
                return new ChildProcess(builder.start(), mainClass, folder);
            } catch (IOException e) {
                throw new UncheckedIOException("No JVM could be started for " + mainClass, e);
            }
        }

        private static String join(@Nullable String... paths) {
            return Stream.of(paths)
                    .filter(path -> path != null && !path.isEmpty())
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }
}
