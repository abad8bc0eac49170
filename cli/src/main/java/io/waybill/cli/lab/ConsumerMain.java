package io.waybill.cli.lab;

import io.waybill.Consumer;
import io.waybill.Waybill;
import io.waybill.ledger.Verification;
import io.waybill.ledger.VerifierState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** A verifying consumer in a JVM of its own: URI, group, topic, folder of the state, session. Prints what it handles and finds. */
final class ConsumerMain {
    /** So that it is killed in the middle of its work. */
    private static final long WORK_NANOS = 2_000_000;

    private ConsumerMain() {}

    @SuppressWarnings("resource") // they end with this JVM, by force
    public static void main(String[] arguments) throws InterruptedException {
        Consumer unused = Waybill.connect(arguments[0])
                .consumer(arguments[1])
                .session(Duration.parse(arguments[4]))
                .interceptLane(Verification.create()
                        .state(VerifierState.files(Path.of(arguments[3])))
                        .grace(Stage.GRACE)
                        .onFinding(finding -> System.out.println(ChildInstance.found(finding))))
                .subscribe(arguments[2], delivery -> {
                    LockSupport.parkNanos(WORK_NANOS);
                    System.out.println(ChildInstance.handled(delivery.message().text()));
                });
        new CountDownLatch(1).await();
    }
}
