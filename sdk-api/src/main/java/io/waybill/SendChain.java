package io.waybill;

import io.waybill.engine.ProducerCore;
import io.waybill.engine.Switched;
import io.waybill.message.Message;
import io.waybill.message.Receipt;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** One interceptor's place in one send; it is the flag that {@code proceed} was called. */
final class SendChain extends AtomicBoolean implements SendInterceptor.Chain {
    private static final long serialVersionUID = 1L;

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
        if (!compareAndSet(false, true)) {
            throw new IllegalStateException("A send interceptor called proceed a second time for " + changed);
        }
        return run(all, core, next, changed);
    }
}
