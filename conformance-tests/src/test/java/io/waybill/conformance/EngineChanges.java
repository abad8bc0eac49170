package io.waybill.conformance;

import io.waybill.engine.ProducerCore;
import io.waybill.message.Message;
import io.waybill.message.Ordering;
import io.waybill.message.Receipt;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import net.bytebuddy.asm.Advice;

/**
 * What is copied into methods of the core, to make them wrong; so it speaks only of what is public there. A parameter that is
 * assigned to is what the method was given, returns or throws.
 */
@SuppressWarnings("UnusedVariable") // read by the method that they are copied into
final class EngineChanges {
    private EngineChanges() {}

    static final class Questioned {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) String text) {
            text = text.replace('\ud800', '?');
        }
    }

    static final class NotHandedOver {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) boolean handedOver) {
            handedOver = false;
        }
    }

    static final class BehindTheLast {
        @Advice.OnMethodExit
        static void exit(
                @Advice.FieldValue("lastPosition") long lastPosition, @Advice.Return(readOnly = false) long next) {
            next = lastPosition + 1;
        }
    }

    static final class Unordered {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Ordering ordering) {
            ordering = Ordering.NONE;
        }
    }

    static final class AnyFailure {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 2, readOnly = false) Throwable failure) {
            failure = new IllegalStateException("failed", failure);
        }
    }

    static final class TurnedRound {
        @Advice.OnMethodEnter
        static void enter(@Advice.FieldValue("interceptors") List<?> interceptors) {
            Collections.reverse(interceptors);
        }
    }

    static final class SentAnyway {
        @Advice.OnMethodExit(onThrowable = RuntimeException.class)
        static void exit(
                @Advice.FieldValue("core") ProducerCore core,
                @Advice.Argument(0) Message message,
                @Advice.Return(readOnly = false) CompletableFuture<Receipt> sent,
                @Advice.Thrown(readOnly = false) Throwable thrown) {
            if (thrown != null) {
                thrown = null;
                sent = core.send(message);
            }
        }
    }

    static final class FirstTime {
        @Advice.OnMethodEnter
        static void enter(@Advice.This AtomicInteger chain) {
            chain.set(0);
        }
    }

    static final class Swallowed {
        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Thrown(readOnly = false) Throwable thrown) {
            thrown = null;
        }
    }

    static final class ErrorsSwallowed {
        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Thrown(readOnly = false) Throwable thrown) {
            if (thrown instanceof Error) {
                thrown = null;
            }
        }
    }
}
