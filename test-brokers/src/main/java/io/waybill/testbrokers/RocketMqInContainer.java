package io.waybill.testbrokers;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;

/** RocketMQ in a container: a name server and a broker, which are killed, paused and started together. */
final class RocketMqInContainer extends ContainerBroker {
    private static final int NAMES_INSIDE = 9876;
    private static final String FILE = "/tmp/broker.properties";
    private static final Pattern JAR = Pattern.compile("rocketmq-broker-(\\S+)\\.jar");
    /** A broker that starts before its name server takes requests is known to it only seconds later. */
    private static final String START = "sh mqnamesrv & "
            + "until (: </dev/tcp/127.0.0.1/" + NAMES_INSIDE + ") 2>/dev/null; do sleep 0.1; done; "
            + "exec sh mqbroker -c " + FILE;

    private static final int PAUSE_MILLIS = 20;

    private final int port;
    private final int brokerPort;

    RocketMqInContainer(BrokerSettings settings) {
        this(settings, Ports.free(), Ports.free());
    }

    /** The broker tells its clients its port: it must be the same inside. */
    private RocketMqInContainer(BrokerSettings settings, int port, int brokerPort) {
        super(
                ContainerImage.ROCKETMQ,
                new GenericContainer<>(imageName(ContainerImage.ROCKETMQ))
                        .withEnv("JAVA_OPT_EXT", options(settings))
                        .withCopyToContainer(Transferable.of(configuration(settings, brokerPort)), FILE)
                        .withCommand("bash", "-c", START),
                Map.of(port, NAMES_INSIDE, brokerPort, brokerPort),
                "The broker\\[.*\\] boot success");
        this.port = port;
        this.brokerPort = brokerPort;
    }

    /** For both JVMs; what the image's scripts say of memory is meant for a machine of its own. */
    private static String options(BrokerSettings settings) {
        return "-Xms64m -Xmx" + settings.heap() + " -Xmn32m -XX:-AlwaysPreTouch -XX:MaxDirectMemorySize=512m"
                + (settings.quickStart() ? " -XX:TieredStopAtLevel=1" : "");
    }

    private static String configuration(BrokerSettings settings, int brokerPort) {
        Properties properties = new Properties();
        properties.setProperty("brokerName", RocketMqFiles.FIRST);
        properties.setProperty("brokerIP1", HOST);
        properties.setProperty("listenPort", Integer.toString(brokerPort));
        properties.setProperty("namesrvAddr", HOST + ":" + NAMES_INSIDE);
        properties.putAll(RocketMqFiles.shared());
        properties.putAll(settings.properties());
        StringWriter text = new StringWriter();
        try {
            properties.store(text, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    @Override
    public String uri() {
        return "rocketmq://" + HOST + ":" + port;
    }

    @Override
    public Set<Integer> morePorts() {
        return Set.of(brokerPort);
    }

    /** The log says so a moment before the name server has the route to the topic that is named after the broker. */
    @Override
    void awaitReady() {
        long end = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!RocketMqRoutes.known(port, RocketMqFiles.FIRST)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("The name server has no route to the broker");
            }
            waitAMoment();
        }
    }

    private static void waitAMoment() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the name server", e);
        }
    }

    @Override
    String readVersion() {
        Matcher jar = JAR.matcher(execute("ls", "../lib").getStdout());
        return jar.find() ? jar.group(1) : "unknown";
    }

    /** The name server goes with the container, which ends with the broker. */
    @Override
    void end() {
        terminate("BrokerStartup");
    }
}
