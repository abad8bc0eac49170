package io.waybill;

import io.waybill.engine.Switched;
import io.waybill.message.Delivery;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** One interceptor's place in one attempt; it is the flag that {@code proceed} must not be called (again). */
final class ReceiveChain extends AtomicBoolean implements ReceiveInterceptor.Chain {
    private static final long serialVersionUID = 1L;

    private final transient List<Switched<ReceiveInterceptor>> all;
    private final transient Handler handler;
    private final int next;
    private final transient Delivery delivery;

    private ReceiveChain(List<Switched<ReceiveInterceptor>> all, Handler handler, int next, Delivery delivery) {
        this.all = all;
        this.handler = handler;
        this.next = next;
        this.delivery = delivery;
    }

    /** Runs the interceptors that are on, from one of them on, and the handler inside them. */
    static void run(List<Switched<ReceiveInterceptor>> all, Handler handler, int from, Delivery delivery)
            throws Exception {
        for (int i = from; i < all.size(); i++) {
            Switched<ReceiveInterceptor> one = all.get(i);
            if (one.on().getAsBoolean()) {
                one.target().intercept(new ReceiveChain(all, handler, i + 1, delivery));
                return;
            }
        }
        handler.handle(delivery);
    }

    @Override
    public Delivery delivery() {
        return delivery;
    }

    @Override
    public void proceed(Delivery changed) throws Exception {
        if (!compareAndSet(false, true)) {
            throw new IllegalStateException("A receive interceptor called proceed a second time for " + changed);
        }
        boolean failed = true;
        try {
            run(all, handler, next, changed);
            failed = false;
        } finally {
            if (failed && all.get(next - 1).target().handlesAgain()) {
                set(false);
            }
        }
    }
}
