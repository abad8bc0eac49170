package io.waybill.interceptors;

import io.github.resilience4j.retry.Retry;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sends a message until it is stored, or until a retry says that it is enough. It holds no thread in between. */
final class SendRetry {
    private static final int THREADS = 4;
    private static final long IDLE_SECONDS = 10;
    /** What a message costs in memory beyond its own bytes, roughly. */
    private static final int OVERHEAD = 200;

    private final Retry retry;
    private final Set<ErrorKind> kinds;
    private final ScheduledExecutorService threads;
    private final long maxWaitingBytes;
    private final AtomicLong waitingBytes = new AtomicLong();

    SendRetry(Retry retry, Set<ErrorKind> kinds, @Nullable ScheduledExecutorService threads, long maxWaitingBytes) {
        this.retry = retry;
        this.kinds = kinds;
        this.threads = threads == null ? ownThreads() : threads;
        this.maxWaitingBytes = maxWaitingBytes;
    }

    /** They come with the first retry and go after the last, so nobody has to close them. */
    private static ScheduledExecutorService ownThreads() {
        AtomicInteger count = new AtomicInteger();
        ScheduledThreadPoolExecutor own = new ScheduledThreadPoolExecutor(THREADS, task -> {
            Thread thread = new Thread(task, "waybill-retry-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        own.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        own.allowCoreThreadTimeOut(true);
        return own;
    }

    CompletableFuture<Receipt> send(Message message, Function<Message, CompletableFuture<Receipt>> once) {
        Course course = new Course(message, once);
        course.attempt();
        return course.outcome;
    }

    @Override
    public String toString() {
        return "Retry '" + retry.getName() + "'";
    }

    /** The attempts of one send, one after the other. */
    private final class Course {
        private final Message message;
        private final Function<Message, CompletableFuture<Receipt>> once;
        private final Retry.AsyncContext<Receipt> context = retry.asyncContext();
        private final CompletableFuture<Receipt> outcome = new CompletableFuture<>();
        private int attempts;
        private boolean perhapsStored;

        Course(Message message, Function<Message, CompletableFuture<Receipt>> once) {
            this.message = message;
            this.once = once;
        }

        void attempt() {
            attempts++;
            CompletableFuture<Receipt> sent;
            try {
                sent = once.apply(message);
            } catch (Throwable e) {
                failed(e);
                return;
            }
            var unused = sent.whenComplete((receipt, failure) -> {
                if (failure == null) {
                    stored(receipt);
                } else {
                    failed(Outcomes.real(failure));
                }
            });
        }

        private void stored(Receipt receipt) {
            try {
                context.onComplete();
            } finally { // whatever a listener of the retry does
                outcome.complete(receipt);
            }
        }

        private void failed(Throwable failure) {
            ErrorKind kind = failure instanceof MessagingException known ? known.kind() : null;
            perhapsStored |= kind == ErrorKind.OUTCOME_UNKNOWN;
            if (kind == null || !kinds.contains(kind)) {
                end(failure, "");
                return;
            }
            long size = OVERHEAD + bytes();
            if (!reserve(size)) {
                end(failure, " It is not tried again: " + waitingBytes + " bytes wait for their next attempt already.");
                return;
            }
            if (!again(failure, size)) {
                waitingBytes.addAndGet(-size);
                end(failure, "");
            }
        }

        private boolean again(Throwable failure, long size) {
            try {
                long millis = context.onError(failure);
                if (millis < 0) {
                    return false;
                }
                var unused = threads.schedule(
                        () -> {
                            waitingBytes.addAndGet(-size);
                            attempt();
                        },
                        millis,
                        TimeUnit.MILLISECONDS);
                return true;
            } catch (RejectedExecutionException e) {
                failure.addSuppressed(e);
                return false;
            } catch (RuntimeException | Error e) { // a listener, or the application's own predicate or interval
                failure.addSuppressed(e);
                return false;
            }
        }

        private long bytes() {
            byte[] key = message.key();
            return (long) message.body().length + message.headers().encodedBytes() + (key == null ? 0 : key.length);
        }

        private boolean reserve(long size) {
            long before = waitingBytes.getAndAdd(size);
            if (before == 0 || before + size <= maxWaitingBytes) {
                return true;
            }
            waitingBytes.addAndGet(-size);
            return false;
        }

        /** What an earlier attempt may have stored is not "surely not stored" for what a later one met. */
        private void end(Throwable failure, String more) {
            boolean ours = failure instanceof MessagingException;
            ErrorKind kind = failure instanceof MessagingException known ? known.kind() : ErrorKind.OUTCOME_UNKNOWN;
            boolean hidden = perhapsStored && kind != ErrorKind.OUTCOME_UNKNOWN;
            if ((attempts == 1 && more.isEmpty()) || (!ours && !perhapsStored)) {
                outcome.completeExceptionally(failure);
                return;
            }
            MessagingException told = new MessagingException(
                    hidden ? ErrorKind.OUTCOME_UNKNOWN : kind,
                    failure.getMessage() + more + " This was attempt " + attempts + " of " + SendRetry.this + "."
                            + (hidden
                                    ? " The outcome of an earlier one is unknown, so the broker may hold the message."
                                    : ""),
                    ours && failure.getCause() != null ? failure.getCause() : failure);
            outcome.completeExceptionally(told);
        }
    }
}
