package io.waybill.interceptors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.helpers.MessageFormatter;

class LoggingInterceptorTest {
    private static final String SECRET = "4111-1111";

    private final Lines lines = new Lines();
    private Waybill waybill;

    @BeforeEach
    void connect() {
        waybill = Waybill.connect("memory:");
        waybill.admin().createTopic("orders", 1);
    }

    @AfterEach
    void close() {
        waybill.close();
    }

    private static Message order() {
        return Message.to("orders")
                .key("key-" + SECRET)
                .header("token", SECRET)
                .text("card " + SECRET)
                .build();
    }

    @Test
    void writesALineForEachSendAndEachAttemptAndNothingOfTheContent() {
        LoggingInterceptor logging = LoggingInterceptor.to(lines, Level.INFO);
        var unused = waybill.consumer("billing")
                .retry(RetryPolicy.attempts(3).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .intercept(logging)
                .subscribe("orders", delivery -> {
                    if (delivery.attempt() == 1) {
                        throw new IllegalStateException("bad card " + SECRET);
                    }
                });
        Producer producer = waybill.producer("shop").intercept(logging).open();
        Message order = order();
        producer.send(order);
        await().until(() -> lines.all.size() >= 3);
        assertThat(lines.all)
                .hasSize(3)
                .noneMatch(line -> line.contains(SECRET))
                .allMatch(line -> line.contains(order.id().toString()));
        assertThat(lines.all).anyMatch(line -> line.startsWith("INFO sent ") && line.contains("orders-0@0"));
        assertThat(lines.all)
                .anyMatch(line -> line.startsWith("WARN failed ")
                        && line.contains("attempt 1")
                        && line.endsWith("java.lang.IllegalStateException"));
        assertThat(lines.all).anyMatch(line -> line.startsWith("INFO handled ") && line.contains("attempt 2"));
    }

    @Test
    void saysWhyASendWasNotConfirmed() {
        Producer producer = waybill.producer("shop")
                .intercept(LoggingInterceptor.to(lines, Level.DEBUG))
                .open();
        assertThatThrownBy(() -> producer.send(Message.to("nowhere").build())).isInstanceOf(MessagingException.class);
        assertThat(lines.all)
                .singleElement()
                .asString()
                .startsWith("WARN not confirmed ")
                .contains("NOT_FOUND");
    }

    @Test
    void saysItWhenAnInnerInterceptorThrows() {
        Producer producer = waybill.producer("shop")
                .intercept(LoggingInterceptor.to(lines, Level.ERROR))
                .intercept(chain -> {
                    throw new IllegalArgumentException(SECRET);
                })
                .open();
        assertThatThrownBy(() -> producer.send(order())).isInstanceOf(IllegalArgumentException.class);
        assertThat(lines.all)
                .singleElement()
                .asString()
                .startsWith("ERROR not confirmed ")
                .endsWith("java.lang.IllegalArgumentException");
    }

    @Test
    void writesFailuresOnlyWhereSuccessIsOff() {
        lines.least = Level.WARN;
        Producer producer = waybill.producer("shop")
                .intercept(LoggingInterceptor.to(lines, Level.INFO))
                .open();
        producer.send(order());
        assertThatThrownBy(() -> producer.send(Message.to("nowhere").build())).isInstanceOf(MessagingException.class);
        assertThat(lines.all).singleElement().asString().startsWith("WARN");
    }

    @Test
    void isOutOfTheWayWhereNothingIsOn() {
        lines.least = null;
        LoggingInterceptor logging = LoggingInterceptor.to(lines, Level.ERROR);
        Producer producer = waybill.producer("shop").intercept(logging).open();
        var unused = waybill.consumer("billing").intercept(logging).subscribe("orders", delivery -> {});
        producer.send(order());
        assertThat(lines.all).isEmpty();
        assertThat(LoggingInterceptor.at(Level.TRACE)).isNotNull();
    }

    @Test
    void aLoggerThatFailsHoldsNoSendUp() {
        lines.broken = true;
        Producer producer = waybill.producer("shop")
                .intercept(LoggingInterceptor.to(lines, Level.INFO))
                .open();
        assertThat(producer.sendAsync(order())).succeedsWithin(Duration.ofSeconds(10));
        assertThat(producer.sendAsync(Message.to("nowhere").build())).failsWithin(Duration.ofSeconds(10));
    }

    /** A logger that keeps its lines. */
    private static final class Lines extends AbstractLogger {
        private static final long serialVersionUID = 1L;

        private final transient List<String> all = new CopyOnWriteArrayList<>();
        private volatile Level least = Level.TRACE;
        private volatile boolean broken;

        private boolean on(Level level) {
            return least != null && level.toInt() >= least.toInt();
        }

        @Override
        protected String getFullyQualifiedCallerName() {
            return Lines.class.getName();
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level, Marker marker, String pattern, Object[] arguments, Throwable failure) {
            if (broken) {
                throw new IllegalStateException("the disk is full");
            }
            all.add(level + " " + MessageFormatter.basicArrayFormat(pattern, arguments));
        }

        @Override
        public boolean isTraceEnabled() {
            return on(Level.TRACE);
        }

        @Override
        public boolean isTraceEnabled(Marker marker) {
            return on(Level.TRACE);
        }

        @Override
        public boolean isDebugEnabled() {
            return on(Level.DEBUG);
        }

        @Override
        public boolean isDebugEnabled(Marker marker) {
            return on(Level.DEBUG);
        }

        @Override
        public boolean isInfoEnabled() {
            return on(Level.INFO);
        }

        @Override
        public boolean isInfoEnabled(Marker marker) {
            return on(Level.INFO);
        }

        @Override
        public boolean isWarnEnabled() {
            return on(Level.WARN);
        }

        @Override
        public boolean isWarnEnabled(Marker marker) {
            return on(Level.WARN);
        }

        @Override
        public boolean isErrorEnabled() {
            return on(Level.ERROR);
        }

        @Override
        public boolean isErrorEnabled(Marker marker) {
            return on(Level.ERROR);
        }
    }
}
