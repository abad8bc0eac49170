package io.waybill;

import io.waybill.engine.ProducerCore;
import io.waybill.engine.Switched;
import io.waybill.message.Message;
import io.waybill.message.Receipt;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One interceptor's place in one send; it is also what {@code proceed} gave last, or null. */
final class SendChain extends AtomicReference<@Nullable CompletableFuture<Receipt>> implements SendInterceptor.Chain {
    private static final long serialVersionUID = 1L;
    /** Never ends, and nobody gets hold of it. */
    private static final CompletableFuture<Receipt> UNDER_WAY = new CompletableFuture<>();

    private static final CompletableFuture<Receipt> THREW =
            CompletableFuture.failedFuture(new IllegalStateException("threw"));

    private final transient Step step;
    private final transient Message message;

    private SendChain(Step step, Message message) {
        this.step = step;
        this.message = message;
    }

    /** A producer's interceptors from one of them on, and the send inside them; null interceptor: the send itself. */
    record Step(
            ProducerCore core,
            @Nullable Switched<SendInterceptor> interceptor,
            @Nullable Step inside) {
        /** All interceptors of a producer, the first outermost. */
        static Step of(List<Switched<SendInterceptor>> interceptors, ProducerCore core) {
            Step step = new Step(core, null, null);
            for (int i = interceptors.size() - 1; i >= 0; i--) {
                step = new Step(core, interceptors.get(i), step);
            }
            return step;
        }

        /** Runs the first interceptor that is on, or sends. */
        CompletableFuture<Receipt> run(Message message) {
            Step step = this;
            while (step.interceptor != null && step.inside != null) {
                if (step.interceptor.on().getAsBoolean()) {
                    return step.interceptor.target().intercept(new SendChain(step, message));
                }
                step = step.inside;
            }
            return core.send(message);
        }

        boolean sendsAgain() {
            return interceptor != null && interceptor.target().sendsAgain();
        }
    }

    @Override
    public Message message() {
        return message;
    }

    @Override
    public CompletableFuture<Receipt> proceed(Message changed) {
        CompletableFuture<Receipt> before = get();
        boolean first = before == null;
        boolean again = before != null && before.isCompletedExceptionally() && step.sendsAgain();
        if (!(first || again) || !compareAndSet(before, UNDER_WAY)) {
            throw new IllegalStateException("A send interceptor called proceed a second time for " + changed
                    + ", or again before the attempt had failed");
        }
        CompletableFuture<Receipt> now = THREW;
        try {
            now = Objects.requireNonNull(step.inside()).run(changed);
            return now;
        } finally {
            set(now);
        }
    }
}
