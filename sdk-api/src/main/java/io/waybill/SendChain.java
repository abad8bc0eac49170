package io.waybill;

import io.waybill.engine.ProducerCore;
import io.waybill.engine.Switched;
import io.waybill.message.Message;
import io.waybill.message.Receipt;
import java.util.List;
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

    private final transient List<Switched<SendInterceptor>> all;
    private final transient ProducerCore core;
    private final int next;
    private final transient Message message;

    private SendChain(List<Switched<SendInterceptor>> all, ProducerCore core, int next, Message message) {
        this.all = all;
        this.core = core;
        this.next = next;
        this.message = message;
    }

    /** Runs the interceptors that are on, from one of them on, and the send inside them. */
    static CompletableFuture<Receipt> run(
            List<Switched<SendInterceptor>> all, ProducerCore core, int from, Message message) {
        for (int i = from; i < all.size(); i++) {
            Switched<SendInterceptor> one = all.get(i);
            if (one.on().getAsBoolean()) {
                return one.target().intercept(new SendChain(all, core, i + 1, message));
            }
        }
        return core.send(message);
    }

    @Override
    public Message message() {
        return message;
    }

    @Override
    public CompletableFuture<Receipt> proceed(Message changed) {
        CompletableFuture<Receipt> before = get();
        boolean first = before == null;
        boolean again = before != null
                && before.isCompletedExceptionally()
                && all.get(next - 1).target().sendsAgain();
        if (!(first || again) || !compareAndSet(before, UNDER_WAY)) {
            throw new IllegalStateException("A send interceptor called proceed a second time for " + changed
                    + ", or again before the attempt had failed");
        }
        CompletableFuture<Receipt> now = THREW;
        try {
            now = run(all, core, next, changed);
            return now;
        } finally {
            set(now);
        }
    }
}
