package io.waybill;

import io.waybill.engine.Switched;
import io.waybill.message.Delivery;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One interceptor's place in one attempt. Its number is the flags that {@code proceed} must not be called (again), and, in the
 * outermost place, that the handler was reached.
 */
final class ReceiveChain extends AtomicInteger implements ReceiveInterceptor.Chain {
    private static final long serialVersionUID = 1L;
    private static final int PROCEEDED = 1;
    private static final int REACHED = 2;

    private final transient Links links;
    private final int next;
    private final transient Delivery delivery;
    private final transient @Nullable ReceiveChain outermost;

    /**
     * What all attempts share.
     *
     * @param interceptors outermost first
     * @param handler inside them
     */
    record Links(List<Switched<ReceiveInterceptor>> interceptors, Handler handler) {}

    private ReceiveChain(Links links, int next, Delivery delivery, @Nullable ReceiveChain outermost) {
        this.links = links;
        this.next = next;
        this.delivery = delivery;
        this.outermost = outermost;
    }

    /** Runs the interceptors that are on, and the handler inside them; returns whether the handler was reached. */
    static boolean run(Links links, Delivery delivery) throws Exception {
        ReceiveChain first = next(links, 0, delivery, null);
        if (first == null) {
            links.handler().handle(delivery);
            return true;
        }
        first.intercept();
        return (first.get() & REACHED) != 0;
    }

    /** The place of the next interceptor that is on; null if there is none. */
    private static @Nullable ReceiveChain next(
            Links links, int from, Delivery delivery, @Nullable ReceiveChain outermost) {
        List<Switched<ReceiveInterceptor>> all = links.interceptors();
        for (int i = from; i < all.size(); i++) {
            if (all.get(i).on().getAsBoolean()) {
                return new ReceiveChain(links, i + 1, delivery, outermost);
            }
        }
        return null;
    }

    private ReceiveInterceptor interceptor() {
        return links.interceptors().get(next - 1).target();
    }

    private void intercept() throws Exception {
        interceptor().intercept(this);
    }

    @Override
    public Delivery delivery() {
        return delivery;
    }

    @Override
    public void proceed(Delivery changed) throws Exception {
        if ((getAndUpdate(flags -> flags | PROCEEDED) & PROCEEDED) != 0) {
            throw new IllegalStateException("A receive interceptor called proceed a second time for " + changed);
        }
        boolean failed = true;
        try {
            goOn(changed);
            failed = false;
        } finally {
            if (failed && interceptor().handlesAgain()) {
                int unused = getAndUpdate(flags -> flags & ~PROCEEDED);
            }
        }
    }

    private void goOn(Delivery changed) throws Exception {
        ReceiveChain first = outermost == null ? this : outermost;
        ReceiveChain inner = next(links, next, changed, first);
        if (inner == null) {
            int unused = first.getAndUpdate(flags -> flags | REACHED);
            links.handler().handle(changed);
        } else {
            inner.intercept();
        }
    }
}
