package io.waybill.conformance;

import io.waybill.Waybill;
import io.waybill.message.Capability;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the target before the first test, and gives each test a {@link Scene} that is closed behind it. */
final class SceneExtension implements ParameterResolver, TestExecutionExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(SceneExtension.class);
    private static final Namespace NAMESPACE = Namespace.create(SceneExtension.class);

    /** The target, or why it did not start: that is told by every test, and tried once only. */
    private record Started(ConformanceTarget target, Optional<Exception> failure) implements AutoCloseable {
        @Override
        public void close() {
            try {
                target.stop();
            } catch (Exception e) {
                throw new IllegalStateException("The target " + target.name() + " did not stop in order", e);
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Scene.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Started started = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Started.class, type -> start(context), Started.class);
        if (started.failure().isPresent()) {
            throw new IllegalStateException(
                    "The target " + started.target().name() + " did not start",
                    started.failure().get());
        }
        Duration patience = seconds(context, ConformanceTarget.PATIENCE_PARAMETER);
        Duration soak = seconds(context, ConformanceTarget.SOAK_PARAMETER);
        Scene scene = new Scene(started.target(), patience, soak, context::publishReportEntry, () -> seed(context));
        context.getStore(NAMESPACE).put(Scene.class, scene); // which closes it
        return scene;
    }

    private static Duration seconds(ExtensionContext context, String parameter) {
        return Duration.ofSeconds(
                context.getConfigurationParameter(parameter, Integer::valueOf).orElse(60));
    }

    private static long seed(ExtensionContext context) {
        long seed = context.getConfigurationParameter(ConformanceTarget.SEED_PARAMETER, Long::valueOf)
                .orElseGet(System::nanoTime);
        LOG.info("{}: seed {}", context.getDisplayName(), seed);
        context.publishReportEntry(Reported.SEED, Long.toString(seed));
        context.getStore(NAMESPACE).put(Reported.SEED, seed);
        return seed;
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        Long seed = context.getStore(NAMESPACE).get(Reported.SEED, Long.class);
        if (seed != null) {
            failure.addSuppressed(
                    new AssertionError("Repeat it with -D" + ConformanceTarget.SEED_PARAMETER + "=" + seed));
        }
        throw failure;
    }

    private static Started start(ExtensionContext context) {
        ConformanceTarget target = find(context);
        try {
            target.start();
            tell(target, context);
            return new Started(target, Optional.empty());
        } catch (Exception e) {
            return new Started(target, Optional.of(e));
        }
    }

    private static void tell(ConformanceTarget target, ExtensionContext context) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(Reported.VERSION, target.version());
        try (Waybill waybill = Waybill.connect(target.uri())) {
            for (Capability capability : Capability.values()) {
                facts.put(
                        Reported.CAPABILITY + capability,
                        waybill.capabilities().of(capability).toString());
            }
        }
        context.publishReportEntry(facts);
    }

    private static ConformanceTarget find(ExtensionContext context) {
        ConformanceTarget found = byName(context);
        return context.getConfigurationParameter(ConformanceTarget.URI_PARAMETER)
                .<ConformanceTarget>map(uri -> new ExternalTarget(found, uri))
                .orElse(found);
    }

    private static ConformanceTarget byName(ExtensionContext context) {
        List<ConformanceTarget> all = ServiceLoader.load(ConformanceTarget.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        String name = context.getConfigurationParameter(ConformanceTarget.NAME_PARAMETER)
                .orElse("");
        List<ConformanceTarget> fitting = all.stream()
                .filter(target -> name.isEmpty() || target.name().equals(name))
                .toList();
        if (fitting.size() == 1) {
            return fitting.get(0);
        }
        throw new IllegalStateException("Need one target" + (name.isEmpty() ? "" : " called " + name) + ", found "
                + all.stream().map(ConformanceTarget::name).toList() + ". Name the class that implements "
                + ConformanceTarget.class.getName() + " in a service file; if there are several, choose by "
                + ConformanceTarget.NAME_PARAMETER);
    }
}
