package io.waybill.testbrokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** What has to be killed and deleted when this JVM ends. */
final class Reaper {
    private static final Set<ProcessHandle> PROCESSES = ConcurrentHashMap.newKeySet();
    private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();
    private static volatile boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Reaper::reap, "waybill-reaper"));
    }

    private Reaper() {}

    static void track(ProcessHandle process) {
        PROCESSES.add(process);
        if (ending) {
            process.destroyForcibly();
        }
    }

    static void forget(ProcessHandle process) {
        PROCESSES.remove(process);
    }

    static Path temporaryFolder(String prefix) throws IOException {
        Path folder = Files.createTempDirectory(prefix);
        FOLDERS.add(folder);
        return folder;
    }

    /** Deletes the folder with all it holds, as far as the system lets it. */
    static void delete(Path folder) {
        FOLDERS.remove(folder);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            LoggerFactory.getLogger(Reaper.class).warn("Not all of {} could be deleted", folder, e);
        }
    }

    /** Waits until the process is gone; false if it is still there after the bound or an interrupt. */
    static boolean awaitEnd(ProcessHandle process, long seconds) {
        try {
            process.onExit().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return !process.isAlive();
        }
    }

    private static void reap() {
        ending = true;
        List<ProcessHandle> processes = List.copyOf(PROCESSES);
        processes.forEach(ProcessHandle::destroyForcibly);
        processes.forEach(process -> awaitEnd(process, 5));
        List.copyOf(FOLDERS).forEach(Reaper::delete);
    }
}
