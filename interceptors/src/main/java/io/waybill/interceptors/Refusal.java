package io.waybill.interceptors;

import io.waybill.message.ErrorKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a guard does not let a call through.
 *
 * @param kind what a send fails with
 * @param reason which guard, and what is the matter
 * @param lookAgain when a delivery should ask again
 * @param cause Resilience4j's own exception, or null if there is none
 */
record Refusal(
        ErrorKind kind,
        String reason,
        Duration lookAgain,
        @Nullable Throwable cause) {}
