package io.waybill.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link ConsumerMain} in a JVM of its own. */
final class ChildConsumer implements KillableConsumer {
    private static final long END_SECONDS = 10;
    private static final String SHELL = "/bin/sh";
    private static final String FREEZE =
            "kill -STOP \"$0\" && echo; if read -r _; then kill -CONT \"$0\"; else kill -9 \"$0\"; fi";

    private final Process process;
    private final List<String> begun = new CopyOnWriteArrayList<>();
    private final List<String> found = new CopyOnWriteArrayList<>();
    private final Thread reader;
    private @Nullable Process frost;

    private ChildConsumer(Process process) {
        this.process = process;
        reader = new Thread(this::read, "child-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Whether this system can freeze a process. */
    static boolean canFreeze() {
        return Files.isExecutable(Path.of(SHELL));
    }

    static ChildConsumer start(String uri, String group, String topic, Duration session) throws IOException {
        return start(uri, List.of(group, topic, session.toString()));
    }

    /** One that looks for losses, with its state in a folder. */
    static ChildConsumer start(String uri, String group, String topic, Duration session, Path state)
            throws IOException {
        return start(uri, List.of(group, topic, session.toString(), state.toString()));
    }

    private static ChildConsumer start(String uri, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ConsumerMain.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
        builder.environment().put(ConsumerMain.URI, uri);
        return new ChildConsumer(builder.start());
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(ConsumerMain.BEGUN)) {
                    begun.add(line.substring(ConsumerMain.BEGUN.length()));
                } else if (line.startsWith(ConsumerMain.FOUND)) {
                    found.add(line.substring(ConsumerMain.FOUND.length()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> begun() {
        return List.copyOf(begun);
    }

    @Override
    public List<String> found() {
        return List.copyOf(found);
    }

    @Override
    public void release() {
        try {
            OutputStream commands = process.getOutputStream();
            commands.write('\n');
            commands.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("Process " + process.pid() + " hears nothing", e);
        }
    }

    /** The shell that stops it waits for the word to let it go on; it kills it if this JVM ends first. */
    @Override
    public void freeze() throws IOException {
        Process shell = new ProcessBuilder(SHELL, "-c", FREEZE, Long.toString(process.pid()))
                .redirectError(Redirect.INHERIT)
                .start();
        frost = shell;
        if (shell.getInputStream().read() < 0) {
            throw new IOException("Process " + process.pid() + " could not be stopped");
        }
    }

    @Override
    public void thaw() throws IOException {
        Process shell = frost;
        if (shell != null) {
            frost = null;
            try (OutputStream word = shell.getOutputStream()) {
                word.write('\n');
            }
            await(shell, "The shell that stopped process " + process.pid() + " did not end");
        }
    }

    @Override
    public void kill() {
        // Not by the process itself, which would close the pipe: what the handler has told, and perhaps acknowledged,
        // is still in it.
        boolean unused = process.toHandle().destroyForcibly();
        await(process, "Process " + process.pid() + " survived SIGKILL");
        try {
            reader.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (frost != null) {
            frost.destroyForcibly();
        }
    }

    private static void await(Process process, String failure) {
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(failure);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
