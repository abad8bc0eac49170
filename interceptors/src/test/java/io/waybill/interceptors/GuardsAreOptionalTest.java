package io.waybill.interceptors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import io.waybill.Waybill;
import io.waybill.message.Message;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Each part of the module needs the jars of what it is given, and no other. */
class GuardsAreOptionalTest {
    /** Runs in a class path of its own. */
    public static class NoGuards implements Runnable {
        @Override
        public void run() {
            try (Waybill waybill = Waybill.connect("memory:")) {
                waybill.admin().createTopic("orders", 1);
                CountDownLatch handled = new CountDownLatch(1);
                var unused = waybill.consumer("billing")
                        .intercept(new CountingInterceptor())
                        .subscribe("orders", delivery -> handled.countDown());
                waybill.producer("shop")
                        .intercept(new CountingInterceptor())
                        .open()
                        .send(Message.to("orders").build());
                handled.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** As above, with a retry on both sides. */
    public static class OnlyRetries implements Runnable {
        @Override
        public void run() {
            try (Waybill waybill = Waybill.connect("memory:")) {
                waybill.admin().createTopic("orders", 1);
                CountDownLatch handled = new CountDownLatch(2);
                var unused = waybill.consumer("billing")
                        .intercept(ReceiveGuards.builder()
                                .retry(Retry.ofDefaults("r"))
                                .build())
                        .subscribe("orders", delivery -> {
                            handled.countDown();
                            if (handled.getCount() > 0) {
                                throw new IllegalStateException("once more");
                            }
                        });
                waybill.producer("shop")
                        .intercept(SendGuards.builder()
                                .retry(Retry.ofDefaults("r"))
                                .build())
                        .open()
                        .send(Message.to("orders").build());
                handled.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Needs more than it gets. */
    public static class Breaker implements Runnable {
        @Override
        public void run() {
            var unused = SendGuards.builder()
                    .circuitBreaker(CircuitBreaker.ofDefaults("b"))
                    .build();
        }
    }

    private static void run(Class<? extends Runnable> what, Predicate<String> jars) throws Exception {
        List<URL> urls = new ArrayList<>();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            String name = Path.of(entry).getFileName().toString();
            if (!name.startsWith("resilience4j-") || jars.test(name)) {
                urls.add(url(entry));
            }
        }
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);
            try {
                Class<?> loaded = loader.loadClass(what.getName());
                assertThat(loaded).isNotSameAs(what);
                ((Runnable) loaded.getDeclaredConstructor().newInstance()).run();
            } finally {
                thread.setContextClassLoader(before);
            }
        }
    }

    private static URL url(String entry) throws MalformedURLException {
        return Path.of(entry).toUri().toURL();
    }

    @Test
    void whoUsesNoGuardsNeedsNoJarOfThem() throws Exception {
        run(NoGuards.class, jar -> false);
    }

    @Test
    void aRetryNeedsItsJarAndTheCore() throws Exception {
        run(OnlyRetries.class, jar -> jar.contains("-retry-") || jar.contains("-core-"));
    }

    @Test
    void theTestCanFail() {
        assertThatThrownBy(() -> run(Breaker.class, jar -> jar.contains("-core-")))
                .isInstanceOf(NoClassDefFoundError.class);
    }
}
