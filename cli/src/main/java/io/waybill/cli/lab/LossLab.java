package io.waybill.cli.lab;

import io.waybill.ledger.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Plays scenarios on one broker: several at a time, each with a topic and a group of its own, since most of their time is waiting;
 * then, one by one, those that harm the whole broker.
 */
final class LossLab {
    private static final int AT_A_TIME = 4;
    /** Where there are no processes. */
    private static final int AT_A_TIME_IN_MEMORY = 8;

    /** Longer than the verification may take to say what is wrong. */
    private static final long LISTEN_NANOS = Stage.GRACE.multipliedBy(5).toNanos();

    private final LabBroker broker;
    private final Path folder;
    private final long seed;
    private final Duration patience;
    private final UnaryOperator<Consumer<Finding>> ears;
    private final Set<String> playing = ConcurrentHashMap.newKeySet();

    /**
     * @param folder where to keep what is needed for a while; there already
     * @param patience how long to wait for a number that was injected to be told
     * @param ears what the listeners to findings go through: themselves, unless a test wants them to hear wrongly
     */
    LossLab(LabBroker broker, Path folder, long seed, Duration patience, UnaryOperator<Consumer<Finding>> ears) {
        this.broker = broker;
        this.folder = folder;
        this.seed = seed;
        this.patience = patience;
        this.ears = ears;
    }

    /** What is going on at the moment. */
    Set<String> playing() {
        return Set.copyOf(playing);
    }

    /** Plays those that are chosen; the results stand in the order of {@link LabBrokers#scenarios}. */
    List<Result> run(Predicate<Scenario> chosen) throws InterruptedException {
        List<Scenario> all =
                LabBrokers.scenarios(broker.name()).stream().filter(chosen).toList();
        Result[] results = new Result[all.size()];
        int atATime = broker.name().equals(MemoryLab.NAME) ? AT_A_TIME_IN_MEMORY : AT_A_TIME;
        ExecutorService stages = Executors.newFixedThreadPool(atATime, task -> {
            Thread thread = new Thread(task, "lab-" + broker.name());
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<?>> waiting = new ArrayList<>();
            for (int i : order(all)) {
                if (!all.get(i).alone()) {
                    waiting.add(stages.submit(() -> results[i] = play(all.get(i))));
                }
            }
            for (Future<?> one : waiting) {
                await(one);
            }
            for (int i = 0; i < results.length; i++) {
                if (all.get(i).alone()) {
                    results[i] = play(all.get(i));
                }
            }
        } finally {
            stages.shutdownNow();
            boolean unused = stages.awaitTermination(5, TimeUnit.SECONDS);
        }
        return List.of(results);
    }

    /** What takes longest, for want of a word from the broker that somebody is gone, begins first. */
    private static List<Integer> order(List<Scenario> all) {
        return Stream.iterate(0, i -> i < all.size(), i -> i + 1)
                .sorted(Comparator.comparing((Integer i) -> !all.get(i).name().contains("consumer")))
                .toList();
    }

    private static void await(Future<?> one) throws InterruptedException {
        try {
            Object unused = one.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private Result play(Scenario scenario) {
        long start = System.nanoTime();
        playing.add(scenario.name());
        try (Stage stage = new Stage(broker, scenario.topic(), stateFolder(scenario), ears, seed)) {
            scenario.play().on(stage);
            listen(scenario, stage.books());
            return judged(scenario, stage, start);
        } catch (Exception | AssertionError e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LoggerFactory.getLogger(LossLab.class).error("Scenario '{}' on {}", scenario.name(), broker.name(), e);
            return Result.failed(
                    scenario.name(), broker.name(), scenario.expected(), e.toString(), secondsSince(start));
        } finally {
            playing.remove(scenario.name());
        }
    }

    private Path stateFolder(Scenario scenario) throws IOException {
        return Files.createDirectories(folder.resolve(broker.name() + "-" + scenario.topic()));
    }

    /** As long as it takes to hear of all that was injected, and then a while for what nobody should say. */
    private void listen(Scenario scenario, Books books) throws Exception {
        if (scenario.expected() != null) {
            boolean unused = Patience.within(patience, () -> books.reported().containsAll(books.injected()));
        }
        long until = System.nanoTime() + LISTEN_NANOS;
        Patience.until("the time to listen is over", () -> System.nanoTime() - until > 0);
    }

    private Result judged(Scenario scenario, Stage stage, long start) {
        Books books = stage.books();
        String untrue = untrue(books);
        if (!untrue.isEmpty()) {
            return Result.failed(scenario.name(), broker.name(), scenario.expected(), untrue, secondsSince(start));
        }
        return Result.judged(
                scenario.name(),
                broker.name(),
                scenario.expected(),
                books.injected(),
                books.reported(),
                stage.note(),
                secondsSince(start));
    }

    /** What was to be lost must be what no handler was given; else the scenario has not done what it says. */
    private static String untrue(Books books) {
        int gone = books.goneCount();
        int missing = books.missing().size();
        return missing == gone
                ? ""
                : gone + " acknowledged messages were to be lost or changed, and no handler was given " + missing;
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
