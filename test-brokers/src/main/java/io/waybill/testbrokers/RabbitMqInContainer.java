package io.waybill.testbrokers;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.rabbitmq.RabbitMQContainer;

/** RabbitMQ in a container: one node, which lets in {@code guest} with the password {@code guest}. */
final class RabbitMqInContainer extends ContainerBroker {
    private static final int INSIDE = 5672;
    private static final int SAVER_INSIDE = 7999;
    private static final Pattern VERSION = Pattern.compile("Starting RabbitMQ (\\S+)");

    private final int port;
    private final int saverPort;

    RabbitMqInContainer(BrokerSettings settings) {
        this(settings, Ports.free(), Ports.free());
    }

    private RabbitMqInContainer(BrokerSettings settings, int port, int saverPort) {
        super(
                ContainerImage.RABBITMQ,
                new RabbitMQContainer(imageName(ContainerImage.RABBITMQ))
                        .withEnv(
                                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                                "-eval " + RabbitMqRegister.saver("{0,0,0,0}", SAVER_INSIDE))
                        .withCopyToContainer(
                                Transferable.of(configuration(settings)), "/etc/rabbitmq/conf.d/90-waybill.conf"),
                Map.of(port, INSIDE, saverPort, SAVER_INSIDE),
                "Server startup complete");
        this.port = port;
        this.saverPort = saverPort;
    }

    private static String configuration(BrokerSettings settings) {
        Map<String, String> properties = new TreeMap<>(RabbitMqFiles.shared());
        properties.putAll(settings.properties());
        return RabbitMqFiles.lines(properties);
    }

    @Override
    public String uri() {
        return "rabbitmq://" + HOST + ":" + port;
    }

    @Override
    String readVersion() {
        return logged(VERSION);
    }

    /** As {@link RabbitMqBroker#kill} does. */
    @Override
    void beforeKill() {
        try {
            RabbitMqRegister.save(saverPort);
        } catch (IOException e) {
            LoggerFactory.getLogger(RabbitMqInContainer.class).warn("{} did not save its register of queues", this, e);
        }
    }

    @Override
    void awaitReady() {
        ExecResult answer = execute("rabbitmqctl", "--quiet", "eval", RabbitMqRegister.AWAIT_LEADERS);
        RabbitMqRegister.requireLed((answer.getStdout() + answer.getStderr()).strip());
    }

    @Override
    void end() {
        terminate();
    }
}
