package io.waybill.testbrokers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** The broker that a {@link BrokerHolder} has started: all its processes, its watchers among them, and its folder. */
record HeldBroker(Path folder, List<Long> processes) {
    private static final Duration START = Duration.ofSeconds(60);

    static ChildProcess holder(String what, String broker) {
        return ChildProcess.java(BrokerHolder.class.getName())
                .heap("64m")
                .arguments(what, broker)
                .start();
    }

    static HeldBroker by(ChildProcess parent) {
        String line = parent.awaitLine(text -> text.startsWith("broker "), START);
        List<String> words = Arrays.asList(line.split(" ", -1));
        return new HeldBroker(
                Path.of(words.get(1)),
                words.stream().skip(2).map(Long::parseLong).toList());
    }

    void awaitGone() {
        await().atMost(Duration.ofSeconds(20)).until(this::gone);
    }

    boolean gone() {
        return processes.stream().allMatch(HeldBroker::ended) && !Files.exists(folder);
    }

    /** A process that has ended stays as a zombie where nobody collects it, in a bare container for example. */
    private static boolean ended(long pid) {
        if (ProcessHandle.of(pid).map(ProcessHandle::isAlive).isEmpty()) {
            return true;
        }
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (NoSuchFileException e) {
            return ProcessHandle.of(pid).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
