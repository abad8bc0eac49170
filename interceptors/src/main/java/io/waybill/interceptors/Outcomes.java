package io.waybill.interceptors;

import io.waybill.message.Receipt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Looks at how a send ended before its caller does. */
final class Outcomes {
    private Outcomes() {}

    /** A future that ends as {@code sent} does, after {@code observer} has seen how: with a receipt or with a failure. */
    static CompletableFuture<Receipt> observed(
            CompletableFuture<Receipt> sent, BiConsumer<@Nullable Receipt, @Nullable Throwable> observer) {
        CompletableFuture<Receipt> observed = new CompletableFuture<>();
        var unused = sent.whenComplete((receipt, failure) -> {
            Throwable real = failure == null ? null : real(failure);
            try {
                observer.accept(receipt, real);
            } finally { // the caller waits for it, whatever becomes of the observer
                if (real == null) {
                    observed.complete(receipt);
                } else {
                    observed.completeExceptionally(real);
                }
            }
        });
        return observed;
    }

    /** What happened, without the wrapper that futures put around it. */
    static Throwable real(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
