package io.waybill.interceptors;

import io.github.resilience4j.retry.Retry;
import io.waybill.message.PauseException;
import io.waybill.message.RefusedException;
import io.waybill.message.RetryLaterException;
import java.util.concurrent.TimeUnit;

/** Handles a delivery until it succeeds, or until a retry says that it is enough, all on the handler's thread. */
final class HandlingRetry {
    /** One try. */
    @FunctionalInterface
    interface Try {
        void run() throws Exception;
    }

    private final Retry retry;

    HandlingRetry(Retry retry) {
        this.retry = retry;
    }

    void run(Try once) throws Exception {
        Retry.AsyncContext<Object> context = retry.asyncContext();
        while (true) {
            long millis;
            try {
                once.run();
                millis = -1;
            } catch (PauseException | RefusedException | RetryLaterException e) {
                throw e; // they say themselves what is next
            } catch (Exception e) {
                millis = context.onError(e);
                if (millis < 0 || !waited(millis)) {
                    throw e;
                }
            }
            if (millis < 0) {
                context.onComplete();
                return;
            }
        }
    }

    private static boolean waited(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public String toString() {
        return "Retry '" + retry.getName() + "'";
    }
}
