package io.waybill.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A {@link ConsumerMain} in a JVM of its own. */
final class ChildConsumer implements KillableConsumer {
    private static final long KILL_SECONDS = 10;

    private final Process process;
    private final List<String> begun = new CopyOnWriteArrayList<>();

    private ChildConsumer(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "child-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    static ChildConsumer start(String uri, String group, String topic, Duration session) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ConsumerMain.class.getName(),
                        group,
                        topic,
                        session.toString())
                .redirectError(Redirect.INHERIT);
        builder.environment().put(ConsumerMain.URI, uri);
        return new ChildConsumer(builder.start());
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(ConsumerMain.BEGUN)) {
                    begun.add(line.substring(ConsumerMain.BEGUN.length()));
                }
            }
        } catch (IOException e) {
            if (process.isAlive()) {
                throw new UncheckedIOException(e); // the pipe of a killed process may break instead of ending
            }
        }
    }

    @Override
    public List<String> begun() {
        return List.copyOf(begun);
    }

    @Override
    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(KILL_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Process " + process.pid() + " survived SIGKILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
