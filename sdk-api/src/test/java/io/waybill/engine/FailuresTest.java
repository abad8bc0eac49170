package io.waybill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void aFailureWithoutWordsIsToldInThoseOfItsCause() {
        assertThat(Failures.text(new IOException(null, new IllegalStateException("the queue is gone"))))
                .isEqualTo("the queue is gone.");
        assertThat(Failures.text(new IOException("first.", new IllegalStateException("second"))))
                .isEqualTo("first.");
        assertThat(Failures.text(new IOException())).isEqualTo("IOException.");
    }
}
