package io.waybill.cli.lab;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Message;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** The broker in this JVM. A process that is killed or frozen there is a connection that is. */
final class MemoryLab implements LabBroker {
    static final String NAME = "memory";

    private final String uri = "memory:lab-" + UUID.randomUUID();
    /** The broker lives as long as somebody is connected. */
    private final Waybill keeper = Waybill.connect(uri);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String uri() {
        return uri;
    }

    private static MemoryAdapter.Faults faults(Waybill waybill) {
        return waybill.unwrap(MemoryAdapter.Faults.class);
    }

    /** What is lost on it, and how. */
    static List<Scenario> losses() {
        return List.of(
                CommonLosses.gone("retention took messages that were not read yet", MemoryLab::truncate),
                CommonLosses.goneAtTheEnd("retention took the last messages", MemoryLab::truncate),
                CommonLosses.recreated(),
                CommonLosses.skippedByReset());
    }

    private static void truncate(Stage stage) {
        faults(stage.waybill()).truncate(stage.topic());
    }

    @Override
    public AutoCloseable refuse(Stage stage) {
        faults(keeper).deny(stage.topic(), true);
        return () -> faults(keeper).deny(stage.topic(), false);
    }

    @Override
    public Network network(Stage stage) {
        return new Network() {
            @Override
            public String uri() {
                return uri;
            }

            @Override
            public void loseAnswers() {
                faults(keeper).loseConfirms(true);
            }

            @Override
            public boolean loseRequests() {
                return false;
            }

            @Override
            public long lostBytes() {
                return 0;
            }

            @Override
            public void heal() {
                faults(keeper).loseConfirms(false);
            }

            @Override
            public void close() {
                heal();
            }
        };
    }

    @Override
    public Instance startConsumer(Stage stage) {
        Waybill own = stage.connect();
        var unused = stage.consumer(own, builder -> builder.session(session()), stage.handler());
        return new Connected(own);
    }

    @Override
    public Instance startProducer(Stage stage) {
        Waybill own = stage.connect();
        Producer producer = stage.producer(own);
        Thread sending = new Thread(() -> sendUntilItFails(stage, producer), "lab-producer");
        sending.setDaemon(true);
        sending.start();
        return new Connected(own);
    }

    private static void sendUntilItFails(Stage stage, Producer producer) {
        while (true) {
            List<Message> messages = stage.nexts(ProducerMain.AT_ONCE);
            if (stage.sendAnyhow(producer, messages) > 0) {
                return;
            }
        }
    }

    /** What is killed or frozen is a connection. */
    private record Connected(Waybill own) implements Instance {
        @Override
        public void kill() {
            faults(own).crash();
        }

        @Override
        public void freeze() {
            faults(own).freeze();
        }

        @Override
        public void thaw() {
            faults(own).thaw();
        }
    }

    @Override
    public void kill() {
        faults(keeper).kill();
    }

    @Override
    public void restart() {
        faults(keeper).up();
    }

    @Override
    public Duration session() {
        return Duration.ofSeconds(1);
    }

    @Override
    public void close() {
        keeper.close();
    }
}
