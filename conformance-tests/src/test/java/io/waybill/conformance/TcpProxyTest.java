package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.conformance.TcpProxy.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The proxy before a plain server that sends back what it reads. */
@Timeout(30)
class TcpProxyTest {
    private static final int QUIET_MILLIS = 300;

    private ServerSocket server;
    /** What became of the server's connections: {@code end} or {@code reset}. */
    private final Queue<String> ends = new ConcurrentLinkedQueue<>();

    private final AtomicInteger received = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private TcpProxy proxy;
    private InetSocketAddress address;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::serve);
        through(new TcpProxy());
    }

    private void through(TcpProxy to) throws IOException {
        if (proxy != null) {
            proxy.close();
        }
        proxy = to;
        address = proxy.forward(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()));
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                daemon(() -> echo(client));
            } catch (IOException e) {
                assertThat(server.isClosed()).isTrue();
            }
        }
    }

    private void echo(Socket client) {
        byte[] bytes = new byte[4096];
        try (client) {
            InputStream in = client.getInputStream();
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                received.addAndGet(length);
                reads.incrementAndGet();
                client.getOutputStream().write(bytes, 0, length);
            }
            ends.add("end");
        } catch (IOException e) {
            ends.add("reset");
        }
    }

    private Socket client() throws IOException {
        Socket client = new Socket(address.getAddress(), address.getPort());
        client.setTcpNoDelay(true);
        client.setSoTimeout(QUIET_MILLIS);
        return client;
    }

    private static void write(Socket to, String text) throws IOException {
        to.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void assertReads(Socket from, String text) throws IOException {
        assertThat(new String(from.getInputStream().readNBytes(text.length()), StandardCharsets.US_ASCII))
                .isEqualTo(text);
    }

    private static void assertEchoes(Socket through, String text) throws IOException {
        write(through, text);
        assertReads(through, text);
    }

    private static void assertSilent(Socket client) {
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    private static void assertReset(Socket client) {
        assertThatThrownBy(() -> {
                    int unused = client.getInputStream().read();
                })
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void bytesAndEndsGoThrough() throws IOException {
        try (Socket client = client()) {
            assertEchoes(client, "x".repeat(100_000));
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        await().untilAsserted(() -> assertThat(ends).containsExactly("end"));
        await().until(() -> proxy.connections() == 0);
    }

    @Test
    void cutResetsBothSidesAndLetsNewOnesThrough() throws IOException {
        try (Socket one = client();
                Socket another = client()) {
            assertEchoes(one, "1");
            assertEchoes(another, "2");
            proxy.cut();
            assertReset(one);
            assertReset(another);
        }
        await().untilAsserted(() -> assertThat(ends).containsExactly("reset", "reset"));
        try (Socket next = client()) {
            assertEchoes(next, "3");
        }
    }

    @Test
    void refusedIsWhoComesNotWhoIsThere() throws IOException {
        try (Socket there = client()) {
            assertEchoes(there, "1");
            proxy.refuse();
            assertThatThrownBy(() -> {
                        try (Socket client = client()) {
                            assertEchoes(client, "2");
                        }
                    })
                    .isInstanceOf(SocketException.class);
            assertEchoes(there, "3");
            proxy.heal();
            try (Socket client = client()) {
                assertEchoes(client, "4");
            }
        }
    }

    @Test
    void heldBytesComeWhenItHeals() throws IOException {
        try (Socket client = client()) {
            assertEchoes(client, "1");
            proxy.hold(Direction.TO_CLIENT);
            write(client, "23");
            await().until(() -> received.get() == 3);
            assertSilent(client);
            proxy.hold();
            write(client, "4");
            assertSilent(client);
            assertThat(received).hasValue(3);
            proxy.heal();
            assertReads(client, "234");
        }
    }

    @Test
    void theEndOfAClientIsHeldToo() throws IOException {
        try (Socket client = client()) {
            assertEchoes(client, "1");
            proxy.hold(Direction.TO_BROKER);
        }
        await().during(Duration.ofMillis(QUIET_MILLIS)).until(ends::isEmpty);
        proxy.heal();
        await().untilAsserted(() -> assertThat(ends).hasSize(1));
    }

    @Test
    void aConnectionThatLostBytesIsCutWhenItHeals() throws IOException {
        try (Socket lossy = client();
                Socket quiet = client()) {
            assertEchoes(lossy, "1");
            assertEchoes(quiet, "2");
            proxy.discard(Direction.TO_BROKER);
            write(lossy, "34");
            await().until(() -> proxy.discardedBytes() == 2);
            assertSilent(lossy);
            assertThat(received).hasValue(2);
            proxy.heal();
            assertReset(lossy);
            assertEchoes(quiet, "5");
        }
    }

    @Test
    void lostResponses() throws IOException {
        try (Socket client = client()) {
            assertEchoes(client, "1");
            proxy.discard(Direction.TO_CLIENT);
            write(client, "23");
            await().until(() -> received.get() == 3 && proxy.discardedBytes() == 2);
            proxy.heal();
            assertReset(client);
        }
    }

    @Test
    void bytesComeOneByOne() throws IOException {
        proxy.singleBytes();
        try (Socket client = client()) {
            assertEchoes(client, "x".repeat(2_000));
        }
        assertThat(reads).hasValueGreaterThan(1); // some meet again on their way
    }

    @Test
    void bytesComeLateOrSlowly() throws IOException {
        try (Socket client = client()) {
            assertEchoes(client, "1");
            client.setSoTimeout(10_000);
            proxy.delay(Duration.ofMillis(100));
            assertThat(echoMillis(client, 1)).isGreaterThanOrEqualTo(200);
            proxy.heal();
            proxy.throttle(10_000);
            assertThat(echoMillis(client, 5_000)).isGreaterThanOrEqualTo(400);
            proxy.heal();
            assertThat(echoMillis(client, 5_000)).isLessThan(400);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> proxy.throttle(0));
    }

    private static long echoMillis(Socket client, int bytes) throws IOException {
        long start = System.nanoTime();
        assertEchoes(client, "x".repeat(bytes));
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }

    @Test
    void aBrokerThatIsNotThereResets() throws IOException {
        server.close();
        try (Socket client = client()) {
            assertReset(client);
        }
    }

    @Test
    void severalStandBeforeOneBrokerAtTheSameTime() throws Exception {
        String uri = "kafka://127.0.0.1:" + server.getLocalPort();
        try (ProxiedBroker one = ProxiedBroker.loopback(uri).orElseThrow();
                ProxiedBroker other = ProxiedBroker.loopback(uri).orElseThrow()) {
            assertThat(one.uri()).isNotEqualTo(other.uri()).isNotEqualTo(uri);
        }
    }

    @Test
    void theBrokersHostBecomesTheProxysInWhateverPieces() throws IOException {
        through(new TcpProxy("127.0.0.1", "127.0.0.2"));
        String sent = "127.0.0.1:10911;127.0.127.0.0.1;127.0.0.3";
        String seen = "127.0.0.2:10911;127.0.127.0.0.2;127.0.0.3";
        try (Socket client = client()) {
            write(client, sent);
            assertReads(client, seen);
            proxy.singleBytes();
            write(client, sent);
            assertReads(client, seen);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new TcpProxy("127.0.0.1", "127.0.1.1"));
        assertThatIllegalArgumentException().isThrownBy(() -> new TcpProxy("localhost", "127.0.0.1"));
    }

    @Test
    void closingLeavesNoThreadWhateverIsHeld() throws IOException {
        try (Socket busy = client();
                Socket full = client()) {
            assertEchoes(busy, "1");
            assertEchoes(full, "2");
            proxy.hold(Direction.TO_CLIENT);
            write(busy, "3");
            await().until(() -> received.get() == 3);
            daemon(() -> {
                try {
                    write(full, "x".repeat(50_000_000)); // more than sockets hold: the proxy is stuck in a write
                } catch (IOException e) {
                    // It is cut.
                }
            });
            await().until(() -> received.get() > 1_000);
            proxy.close();
            assertReset(busy);
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("proxy-"));
        assertThat(proxy.connections()).isZero();
        assertThatThrownBy(() -> proxy.forward(address)).isInstanceOf(IllegalStateException.class);
    }
}
