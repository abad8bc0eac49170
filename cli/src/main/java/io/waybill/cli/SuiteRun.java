package io.waybill.cli;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import io.waybill.cli.SuiteCase.Status;
import io.waybill.conformance.ConformanceTarget;
import io.waybill.conformance.MissingCapability;
import io.waybill.conformance.Reported;
import io.waybill.conformance.Rule;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** One run of the suite on one broker, in this JVM. Made for one call of {@link #run}; {@link #progress} is for any thread. */
final class SuiteRun implements TestExecutionListener {
    private static final String SOAK = "soak";
    private static final String SIDE_BY_SIDE = "io/waybill/conformance/side-by-side.properties";
    private static final String PARALLELISM = "junit.jupiter.execution.parallel.config.fixed.parallelism";
    private static final String MOST_THREADS = "junit.jupiter.execution.parallel.config.fixed.max-pool-size";
    /** Tests at a time where no broker's processes need the cores. */
    private static final String IN_PROCESS = "16";

    private static final double NANOS = 1e9;

    private final SuiteBroker broker;
    private final Map<String, Long> begun = new ConcurrentHashMap<>();
    private final Map<String, String> seeds = new ConcurrentHashMap<>();
    private final Map<String, String> capabilities = new ConcurrentHashMap<>();
    private final Map<String, Integer> faults = new ConcurrentHashMap<>();
    private final List<SuiteCase> cases = new ArrayList<>();
    private final long start = System.nanoTime();
    private volatile @Nullable TestPlan plan;
    private volatile String version = "unknown";
    private volatile String now = "starting";
    private volatile long all;
    private volatile int ended;
    private volatile int failed;

    SuiteRun(SuiteBroker broker) {
        this.broker = broker;
    }

    /**
     * Runs the tests that cite one of the rules.
     *
     * @param storms how long a test lasts that is a soak; zero for none of them
     */
    SuiteResult run(Set<Rule> rules, Duration storms) {
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage(ConformanceTarget.class.getPackageName()))
                .filters(includeClassNamePatterns(".*Conformance"), EngineFilter.includeEngines("junit-jupiter"))
                .filters((PostDiscoveryFilter) test -> FilterResult.includedIf(wanted(test, rules)))
                .configurationParametersResources(SIDE_BY_SIDE)
                .configurationParameter(ConformanceTarget.NAME_PARAMETER, broker.target());
        broker.uri().ifPresent(uri -> request.configurationParameter(ConformanceTarget.URI_PARAMETER, uri));
        if (broker.inProcess()) {
            request.configurationParameter(PARALLELISM, IN_PROCESS).configurationParameter(MOST_THREADS, IN_PROCESS);
        }
        if (storms.isZero()) {
            request.filters(TagFilter.excludeTags(SOAK));
        } else {
            request.configurationParameter(ConformanceTarget.SOAK_PARAMETER, Long.toString(storms.toSeconds()));
        }
        LauncherDiscoveryRequest built = request.build();
        LauncherFactory.create().execute(built, this);
        cases.sort(Comparator.comparing(SuiteCase::className)
                .thenComparing(SuiteCase::name)); // side by side, they end in any order
        return new SuiteResult(
                broker.name(), version, broker.client(), "", cases, capabilities, faults, seconds(start));
    }

    private static boolean wanted(TestDescriptor test, Set<Rule> rules) {
        List<Rule> cited = Rule.cited(test.getDisplayName());
        return cited.isEmpty() ? rules.contains(Rule.INPUT) : cited.stream().anyMatch(rules::contains);
    }

    /** One line for people. */
    String progress() {
        return broker.name() + ": " + Math.round(seconds(start)) + " s, " + ended + " of " + all + " tests, " + failed
                + " failed, " + now;
    }

    private static double seconds(long from) {
        return (System.nanoTime() - from) / NANOS;
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
        all = started.countTestIdentifiers(TestIdentifier::isTest);
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        begun.put(test.getUniqueId(), System.nanoTime());
        if (test.isTest()) {
            now = name(test);
        }
    }

    @Override
    public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
        entry.getKeyValuePairs().forEach((key, value) -> {
            if (key.equals(Reported.SEED)) {
                seeds.put(test.getUniqueId(), value);
            } else if (key.equals(Reported.VERSION)) {
                version = value;
            } else if (key.equals(Reported.FAULT)) {
                faults.merge(value, 1, Integer::sum);
            } else if (key.startsWith(Reported.CAPABILITY)) {
                capabilities.put(key.substring(Reported.CAPABILITY.length()), value);
            }
        });
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        if (test.isTest()) {
            add(test, Status.SKIPPED, reason, "");
        } else if (plan != null) {
            plan.getDescendants(test).stream()
                    .filter(TestIdentifier::isTest)
                    .forEach(below -> add(below, Status.SKIPPED, reason, ""));
        }
    }

    /** A class that fails by itself is a case, too: its tests may not have run. */
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Throwable failure = result.getThrowable().orElse(null);
        switch (result.getStatus()) {
            case SUCCESSFUL -> {
                if (test.isTest()) {
                    add(test, Status.PASS, "", "");
                }
            }
            case ABORTED -> {
                Status skipped = failure instanceof MissingCapability ? Status.UNSUPPORTED : Status.SKIPPED;
                add(test, skipped, failure == null ? "" : String.valueOf(failure.getMessage()), "");
            }
            case FAILED -> add(test, Status.FAIL, message(failure), trace(failure));
        }
    }

    private synchronized void add(TestIdentifier test, Status status, String message, String trace) {
        long from = begun.getOrDefault(test.getUniqueId(), System.nanoTime());
        String seed = seeds.getOrDefault(test.getUniqueId(), "");
        cases.add(new SuiteCase(name(test), className(test), status, seconds(from), seed, message, trace));
        ended = cases.size();
        if (status == Status.FAIL) {
            failed++;
        }
    }

    /** A repetition cites nothing by itself: what it repeats does. */
    private String name(TestIdentifier test) {
        String own = test.getDisplayName();
        if (!Rule.cited(own).isEmpty() || plan == null) {
            return own;
        }
        return plan.getParent(test)
                .map(TestIdentifier::getDisplayName)
                .filter(parent -> !Rule.cited(parent).isEmpty())
                .map(parent -> parent + " " + own)
                .orElse(own);
    }

    private static String className(TestIdentifier test) {
        return test.getSource()
                .map(source -> source instanceof MethodSource method
                        ? method.getClassName()
                        : source instanceof ClassSource type ? type.getClassName() : test.getDisplayName())
                .orElse(test.getDisplayName());
    }

    /** What failed, and what that was caused by. */
    private static String message(@Nullable Throwable failure) {
        StringBuilder text = new StringBuilder().append(failure);
        for (Throwable cause = failure == null ? null : failure.getCause(); cause != null; cause = cause.getCause()) {
            text.append("\ncaused by ").append(cause);
        }
        return text.toString();
    }

    private static String trace(@Nullable Throwable failure) {
        StringWriter text = new StringWriter();
        if (failure != null) {
            failure.printStackTrace(new PrintWriter(text));
        }
        return text.toString();
    }
}
