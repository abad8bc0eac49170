package io.waybill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The books must see what is wrong: each test makes one thing wrong. */
class BooksTest {
    private static final Order FIRST = new Order(0, "ann", "umbrella", 100);
    private static final Order SECOND = new Order(1, "ann", "umbrella", 100);

    private final Books books = new Books(2);

    @BeforeEach
    void sell() {
        for (Order order : new Order[] {FIRST, SECOND}) {
            books.sent(order);
            books.acknowledged(order);
        }
    }

    private void handle(Service service, Order order) {
        books.of(service).arrived(order);
        books.of(service).handled(order);
    }

    private void handleAll(Order... orders) {
        for (Service service : Service.all()) {
            for (Order order : orders) {
                handle(service, order);
            }
        }
    }

    private Report report() {
        return books.report(Map.of());
    }

    @Test
    void addUp() {
        handleAll(FIRST, SECOND);
        assertThat(books.complete()).isTrue();
        assertThat(report().discrepancies()).isEmpty();
        assertThat(report().balanced()).isTrue();
    }

    @Test
    void countARedeliveredOrderOnceAndSayThatItCameTwice() {
        handleAll(FIRST, SECOND);
        handle(Service.RISK, FIRST);
        assertThat(report().handled()).containsEntry("risk", 2L);
        assertThat(report().redelivered()).isEqualTo(1);
        assertThat(report().outOfOrder()).isZero();
        assertThat(report().balanced()).isTrue();
    }

    @Test
    void countDeadLettersAsDone() {
        handleAll(FIRST);
        for (Service service : Service.all()) {
            books.of(service).deadLettered(SECOND);
            books.of(service).deadLettered(SECOND);
        }
        assertThat(books.complete()).isTrue();
        assertThat(report().deadLettered()).isEqualTo(4);
        assertThat(report().balanced()).isTrue();
    }

    @Test
    void seeALostOrder() {
        handleAll(FIRST);
        handle(Service.PAYMENT, SECOND);
        assertThat(books.complete()).isFalse();
        assertThat(report().lost()).isEqualTo(3);
        assertThat(report().discrepancies())
                .contains("risk lost 1 orders: numbers [1]")
                .hasSize(3);
    }

    @Test
    void seeALateFirstDelivery() {
        handleAll(SECOND, FIRST);
        assertThat(report().outOfOrder()).isEqualTo(4);
        assertThat(report().balanced()).isFalse();
    }

    @Test
    void seeAFailedOrderThatIsOvertaken() {
        books.of(Service.PAYMENT).arrived(FIRST);
        handleAll(SECOND);
        handleAll(FIRST);
        assertThat(report().outOfOrder()).isEqualTo(4);
        assertThat(report().discrepancies()).contains("payment saw out of order 1 orders: numbers [0]");
    }

    @Test
    void seeAnOrderThatIsBothHandledAndADeadLetter() {
        handleAll(FIRST, SECOND);
        books.of(Service.RISK).deadLettered(FIRST);
        assertThat(report().balanced()).isFalse();
    }

    @Test
    void seeAnOrderThatWasRefusedAndYetCame() {
        Books more = new Books(1);
        more.sent(FIRST);
        more.failed(FIRST, new MessagingException(ErrorKind.UNAVAILABLE, "refused"));
        more.of(Service.RISK).handled(FIRST);
        assertThat(more.report(Map.of()).discrepancies()).anyMatch(text -> text.startsWith("risk got"));
    }

    @Test
    void leaveAnUnknownOrderOpenEitherWay() {
        Books more = new Books(2);
        more.sent(FIRST);
        more.acknowledged(FIRST);
        more.sent(SECOND);
        more.failed(
                SECOND, new CompletionException(new MessagingException(ErrorKind.OUTCOME_UNKNOWN, "no confirm came")));
        for (Service service : Service.all()) {
            more.of(service).handled(FIRST);
        }
        assertThat(more.complete()).isTrue();
        assertThat(more.report(Map.of()).balanced()).isTrue();
        assertThat(more.report(Map.of()).sendFailures()).containsExactly(Map.entry(ErrorKind.OUTCOME_UNKNOWN, 1L));
        more.of(Service.RISK).handled(SECOND);
        assertThat(more.report(Map.of()).balanced()).isTrue();
    }

    @Test
    void doNotAddUpWhenNothingWasSold() {
        assertThat(new Books(1).report(Map.of()).balanced()).isFalse();
    }
}
