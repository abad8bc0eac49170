package io.waybill.testbrokers;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/**
 * RocketMQ's name server, or one broker, in this JVM. The only class that knows RocketMQ's internals, by reflection: they are
 * on the class path of the child alone.
 *
 * <p>Arguments: {@value #NAME_SERVER} or {@value #BROKER}, the file with its properties, and for a slave whose
 * master runs, the address of that master's port for replicas.
 */
final class RocketMqBrokerMain {
    static final String NAME_SERVER = "namesrv";
    static final String BROKER = "broker";
    static final String READY = "waybill: the broker takes requests";

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int POLL_MILLIS = 20;
    private static final int SHUTDOWN_MILLIS = 200;

    /** The id of a master among its slaves, which may be known before it is. */
    private static final Long MASTER = 0L;

    private RocketMqBrokerMain() {}

    public static void main(String[] args) throws Exception {
        // without it the name server takes a broker for an ancient one and keeps none of its topics
        System.setProperty("rocketmq.remoting.version", currentVersion());
        Runtime.getRuntime().addShutdownHook(new Thread(RocketMqBrokerMain::hasten, "waybill-rocketmq-shutdown"));
        if (args[0].equals(NAME_SERVER)) {
            call(Class.forName("org.apache.rocketmq.namesrv.NamesrvStartup"), "main0", arguments(args[1]));
        } else {
            broker(args[1], args.length > 2 ? args[2] : "");
        }
        System.out.println(READY);
    }

    private static String currentVersion() throws ReflectiveOperationException {
        return Integer.toString(Class.forName("org.apache.rocketmq.common.MQVersion")
                .getField("CURRENT_VERSION")
                .getInt(null));
    }

    /** Wakes the threads that RocketMQ, when it shuts down, waits for in turn: each sleeps up to 3 s, and there are several. */
    private static void hasten() {
        Thread waker = new Thread(
                () -> {
                    try {
                        while (true) {
                            Thread.sleep(SHUTDOWN_MILLIS);
                            Thread.getAllStackTraces().keySet().stream()
                                    .filter(thread -> thread.getName().equals("NettyEventExecutor"))
                                    .forEach(Thread::interrupt);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "waybill-rocketmq-waker");
        waker.setDaemon(true);
        waker.start();
    }

    /** Reads what is stored while the name server still starts, then registers with it and waits for the routes. */
    private static void broker(String file, String master) throws Exception {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            properties.load(in);
        }
        Class<?> startup = Class.forName("org.apache.rocketmq.broker.BrokerStartup");
        Object broker = call(startup, "createBrokerController", arguments(file));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String nameServer = properties.getProperty("namesrvAddr");
        while (!listening(nameServer)) {
            await(deadline, "the name server at " + nameServer + " does not answer");
        }
        call(startup, "start", broker);
        if (!master.isEmpty()) {
            follow(call(broker, "getMessageStore"), master, deadline);
        }
        if (!"SLAVE".equals(properties.getProperty("brokerRole"))) {
            while (!registered(broker, properties)) {
                await(deadline, "the name server at " + nameServer + " has no route to this broker");
            }
        }
    }

    private static boolean listening(String address) {
        int colon = address.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                    1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the name server knows the topic that every broker has of its own, which is named after it, at its master. */
    private static boolean registered(Object broker, Properties properties) throws Exception {
        String name = properties.getProperty("brokerName");
        Object api = call(broker, "getBrokerOuterAPI");
        Method find = api.getClass().getMethod("getTopicRouteInfoFromNameServer", String.class, long.class);
        try {
            Object route = find.invoke(api, name, 3_000L);
            for (Object data : (Iterable<?>) call(route, "getBrokerDatas")) {
                if (name.equals(call(data, "getBrokerName"))
                        && ((Map<?, ?>) call(data, "getBrokerAddrs")).containsKey(MASTER)) {
                    return true;
                }
            }
            return false;
        } catch (InvocationTargetException e) {
            // no route yet, or no answer
            return false;
        }
    }

    /** Connects a slave now, which would otherwise wait 5 s before it tried again, and waits for what its master sends. */
    private static void follow(Object store, String master, long deadline) throws Exception {
        while (!listening(master)) {
            await(deadline, "the master at " + master + " does not answer");
        }
        store.getClass().getMethod("updateHaMasterAddress", String.class).invoke(store, master);
        Object client = call(call(store, "getHaService"), "getHAClient");
        while (!"TRANSFER".equals(call(client, "getCurrentState").toString())) {
            Object unused = call(client, "wakeup");
            await(deadline, "the master at " + master + " takes no connection");
        }
        long connected = System.currentTimeMillis();
        while ((Long) call(client, "getLastReadTimestamp") <= connected) {
            await(deadline, "the master at " + master + " sends nothing");
        }
    }

    private static void await(long deadline, String otherwise) throws InterruptedException {
        if (System.nanoTime() > deadline) {
            throw new IllegalStateException(otherwise);
        }
        Thread.sleep(POLL_MILLIS);
    }

    private static Object arguments(String file) {
        return new String[] {"-c", file};
    }

    private static Object call(Class<?> type, String method, Object argument) throws ReflectiveOperationException {
        return type.getMethod(method, argument.getClass()).invoke(null, argument);
    }

    private static Object call(Object target, String method) throws ReflectiveOperationException {
        return target.getClass().getMethod(method).invoke(target);
    }
}
