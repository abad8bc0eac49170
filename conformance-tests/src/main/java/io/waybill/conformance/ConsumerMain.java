package io.waybill.conformance;

import io.waybill.Consumer;
import io.waybill.Waybill;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * The main class of a {@link KillableConsumer} in a JVM of its own. The environment names the broker, so that no login stands
 * among the arguments: these are the group, the topic and the session, and, if it is to look for losses, the folder of its state. What stands on its standard input releases the handlers
 * that are stuck; it ends with it, so with its parent.
 */
public final class ConsumerMain {
    static final String URI = "WAYBILL_CONFORMANCE_URI";
    static final String BEGUN = "begun ";
    static final String FOUND = "found ";

    private static final CountDownLatch RELEASED = new CountDownLatch(1);

    private ConsumerMain() {}

    /**
     * Consumes until the JVM is ended.
     *
     * @param arguments group, topic and session (ISO-8601); perhaps the folder of the verifier's state
     * @throws Exception if the broker cannot be used
     */
    public static void main(String[] arguments) throws Exception {
        Thread watch = new Thread(ConsumerMain::haltWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        Consumer.Builder consumer =
                Waybill.connect(System.getenv(URI)).consumer(arguments[0]).session(Duration.parse(arguments[2]));
        if (arguments.length > 3) {
            consumer.interceptLane(Watch.verification(Path.of(arguments[3]))
                    .onFinding(finding -> System.out.println(FOUND + finding)));
        }
        consumer.subscribe(arguments[1], KillableConsumer.handler(text -> System.out.println(BEGUN + text), RELEASED));
        new CountDownLatch(1).await();
    }

    private static void haltWithParent() {
        try {
            while (System.in.read() >= 0) {
                RELEASED.countDown();
            }
        } catch (java.io.IOException e) {
            System.err.println("The parent is gone: " + e);
        }
        Runtime.getRuntime().halt(1);
    }
}
