package io.waybill.cli.lab;

import io.waybill.conformance.ProxiedBroker;
import io.waybill.conformance.TcpProxy.Direction;
import io.waybill.testbrokers.ChildProcess;
import io.waybill.testbrokers.RunningBroker;
import java.io.IOException;
import java.time.Duration;

/** A broker that the lab started, with clients in JVMs of their own and a proxy before it. */
abstract class RealBroker implements LabBroker {
    /** The shortest that Kafka takes. */
    private static final Duration SESSION = Duration.ofSeconds(6);

    private final RunningBroker broker;

    RealBroker(RunningBroker broker) {
        this.broker = broker;
    }

    @Override
    public final String name() {
        return broker.name();
    }

    @Override
    public final String uri() {
        return broker.uri();
    }

    @Override
    public final Network network(Stage stage) throws IOException {
        int[] more = broker.morePorts().stream().mapToInt(Integer::intValue).toArray();
        ProxiedBroker proxied = ProxiedBroker.loopback(broker.uri(), more)
                .orElseThrow(() -> new IllegalStateException(
                        "This machine has no second loopback address: ifconfig lo0 alias 127.0.0.2"));
        return stage.closing(new Proxied(proxied));
    }

    private record Proxied(ProxiedBroker way) implements Network {
        @Override
        public String uri() {
            return way.uri();
        }

        @Override
        public void loseAnswers() {
            way.proxy().discard(Direction.TO_CLIENT);
        }

        @Override
        public boolean loseRequests() {
            way.proxy().discard(Direction.TO_BROKER);
            return true;
        }

        @Override
        public long lostBytes() {
            return way.proxy().discardedBytes();
        }

        @Override
        public void heal() {
            way.proxy().heal();
        }

        @Override
        public void close() {
            way.close();
        }
    }

    @Override
    public final Instance startConsumer(Stage stage) {
        return child(
                stage,
                ConsumerMain.class,
                stage.group(),
                stage.topic(),
                stage.folder().toString(),
                SESSION.toString());
    }

    @Override
    public final Instance startProducer(Stage stage) {
        return child(stage, ProducerMain.class, stage.topic());
    }

    /** A client of the broker's own kind that acknowledges what it takes before it looks at it; ends with the stage. */
    final ChildProcess startHasty(Stage stage, int count) {
        return stage.closing(jvm(HastyMain.class)
                .systemProperty("rocketmq.log.root", stage.folder().toString())
                .arguments(name(), uri(), stage.group(), stage.topic(), Integer.toString(count))
                .start());
    }

    private static ChildProcess.Builder jvm(Class<?> main) {
        return ChildProcess.java(main.getName())
                .jvmArgument("-XX:TieredStopAtLevel=1")
                .jvmArgument("-XX:+UseSerialGC")
                .systemProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    }

    private Instance child(Stage stage, Class<?> main, String... arguments) {
        ChildProcess process =
                stage.closing(jvm(main).arguments(uri()).arguments(arguments).start());
        return stage.closing(new ChildInstance(process, stage.books()));
    }

    @Override
    public final void kill() {
        broker.kill();
    }

    @Override
    public final void restart() {
        broker.start();
    }

    @Override
    public final Duration session() {
        return SESSION;
    }

    @Override
    public void close() {
        broker.close();
    }
}
