package io.waybill.conformance;

import io.waybill.Consumer;
import io.waybill.Waybill;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A target whose broker lives in this JVM, for as long as one of its connections does. A consumer that can be killed is a
 * connection of its own; its session is short.
 */
public abstract class InProcessTarget implements ConformanceTarget {
    private final String name;
    private final String uri;
    private @Nullable Waybill keeper;

    /**
     * A target that is not started yet.
     *
     * @param name a name for reports
     * @param uri where all connections meet
     */
    protected InProcessTarget(String name, String uri) {
        this.name = name;
        this.uri = uri;
    }

    /**
     * What can be done to the broker.
     *
     * @param keeper the connection that keeps it
     * @return the faults
     */
    protected abstract BrokerFaults faults(Waybill keeper);

    /**
     * Kills an instance, as the broker sees it.
     *
     * @param instance its connection
     */
    protected abstract void crash(Waybill instance);

    /**
     * Freezes an instance, as the broker sees it: its session is over, and it hears and asks nothing. Not called where {@link
     * #freezes} is false.
     *
     * @param instance its connection
     */
    protected abstract void freeze(Waybill instance);

    /**
     * Lets a frozen instance go on where it was.
     *
     * @param instance its connection
     */
    protected abstract void thaw(Waybill instance);

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final void start() {
        keeper = Waybill.connect(uri);
    }

    @Override
    public final String uri() {
        return uri;
    }

    @Override
    public String version() {
        return "built-in";
    }

    @Override
    public final Optional<BrokerFaults> faults() {
        return Optional.ofNullable(keeper).map(this::faults);
    }

    @Override
    public Duration session() {
        return Duration.ofSeconds(1);
    }

    @Override
    public Duration slowHandling() {
        return session().multipliedBy(3);
    }

    @Override
    public final KillableConsumer startConsumer(String group, String topic) {
        return startConsumer(group, topic, new CopyOnWriteArrayList<>(), consumer -> consumer);
    }

    @Override
    public final KillableConsumer startVerifyingConsumer(String group, String topic, Path state) {
        List<String> found = new CopyOnWriteArrayList<>();
        return startConsumer(
                group,
                topic,
                found,
                consumer -> consumer.interceptLane(
                        Watch.verification(state).onFinding(finding -> found.add(finding.toString()))));
    }

    private KillableConsumer startConsumer(
            String group, String topic, List<String> found, UnaryOperator<Consumer.Builder> more) {
        List<String> begun = new CopyOnWriteArrayList<>();
        CountDownLatch released = new CountDownLatch(1);
        Waybill instance = Waybill.connect(uri);
        var unused = more.apply(instance.consumer(group).session(session()))
                .subscribe(topic, KillableConsumer.handler(begun::add, released));
        return new KillableConsumer() {
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
                released.countDown();
            }

            @Override
            public void kill() {
                crash(instance);
            }

            @Override
            public void freeze() {
                InProcessTarget.this.freeze(instance);
            }

            @Override
            public void thaw() {
                InProcessTarget.this.thaw(instance);
            }
        };
    }

    @Override
    public final void stop() {
        if (keeper != null) {
            keeper.close();
        }
    }
}
