package io.waybill.conformance;

import io.waybill.conformance.FaultInjector.Fault;
import io.waybill.conformance.FaultInjector.Sent;
import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.TopicDescription;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Sender;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The way into one partition, on which messages come to harm. */
final class FaultyLane implements Sender.Lane {
    /** How long one waits for its successor. */
    private static final long HOLD_MILLIS = 200;

    private static final Executor LATER = CompletableFuture.delayedExecutor(HOLD_MILLIS, TimeUnit.MILLISECONDS);

    /** What a sender is told of a message that came to harm. */
    static final class Harm extends Exception {
        private static final long serialVersionUID = 1L;

        final ErrorKind kind;

        Harm(ErrorKind kind, String message) {
            super(message);
            this.kind = kind;
        }
    }

    private final FaultInjector injector;
    private final Sender sender;
    private final TopicDescription topic;
    private final int partition;
    private final Turns straight;

    /** Into the partition that misrouted ones go to; opened for the first. */
    private @Nullable Turns astray;

    // guarded by this
    private @Nullable Swapped held;
    private CompletableFuture<?> letGo = CompletableFuture.completedFuture(null);

    FaultyLane(FaultInjector injector, Sender sender, TopicDescription topic, int partition) throws Exception {
        this.injector = injector;
        this.sender = sender;
        this.topic = topic;
        this.partition = partition;
        this.straight = new Turns(sender.openLane(topic, partition), sender);
    }

    @Override
    public void send(List<? extends Outgoing> batch) {
        List<Outgoing> straying = new ArrayList<>();
        List<Runnable> toTell = new ArrayList<>();
        synchronized (this) {
            List<Outgoing> going = new ArrayList<>();
            for (Outgoing outgoing : batch) {
                Swapped waiting = held;
                int before = going.size();
                Sent sent = Sent.of(outgoing.message(), partition, outgoing.waybill());
                Optional<Fault> fault = injector.faultOf(sent);
                if (fault.isPresent()) {
                    harm(fault.get(), outgoing, sent, going, straying, toTell);
                } else {
                    going.add(outgoing);
                }
                if (waiting != null && going.size() > before) {
                    waiting.passed = true;
                    going.add(waiting);
                    held = null;
                }
            }
            straight.add(going);
        }
        toTell.forEach(Runnable::run);
        if (!straying.isEmpty()) {
            goAstray(straying);
        }
        straight.run();
    }

    private void harm(
            Fault fault,
            Outgoing outgoing,
            Sent sent,
            List<Outgoing> going,
            List<Outgoing> straying,
            List<Runnable> toTell) {
        switch (fault) {
            case LOSE ->
                toTell.add(() -> {
                    injector.done(Fault.LOSE, sent);
                    outgoing.stored(-1, topic.durability());
                });
            case DUPLICATE -> {
                Doubled first = new Doubled(outgoing, sent);
                going.add(first);
                going.add(first.second());
            }
            case SWAP -> {
                if (held == null) {
                    toTell.add(hold(new Swapped(outgoing, sent)));
                } else {
                    going.add(outgoing); // it is a successor
                }
            }
            case CORRUPT -> going.add(new Changed(outgoing, sent));
            case MISROUTE -> {
                if (topic.partitions() == 1) {
                    toTell.add(() -> outgoing.refused(new Harm(
                            ErrorKind.INVALID,
                            "Topic '" + topic.name() + "' has one partition, so nothing can be misrouted in it")));
                } else {
                    straying.add(new Strayed(outgoing, sent));
                }
            }
            case REFUSE ->
                toTell.add(() -> {
                    injector.done(Fault.REFUSE, sent);
                    outgoing.refused(new Harm(ErrorKind.REFUSED, "Refused, as the fault injector was told"));
                });
            case UNCONFIRMED -> going.add(new Unconfirmed(outgoing, sent));
            case VANISH ->
                toTell.add(() -> {
                    injector.done(Fault.VANISH, sent);
                    outgoing.unknown(new Harm(ErrorKind.OUTCOME_UNKNOWN, "Vanished, as the fault injector was told"));
                });
        }
    }

    /** Its sender must go on as if it were stored: else one that waits for the outcome would send no successor. */
    private Runnable hold(Swapped swapped) {
        held = swapped;
        letGo = CompletableFuture.allOf(letGo, swapped.ended);
        LATER.execute(() -> letGo(swapped));
        return () -> swapped.outgoing.stored(-1, topic.durability());
    }

    /** Hands over what is held, though nothing passed it. */
    void letGo() {
        Swapped last;
        synchronized (this) {
            last = held;
        }
        if (last != null) {
            letGo(last);
        }
    }

    private void letGo(Swapped swapped) {
        synchronized (this) {
            if (held != swapped) {
                return;
            }
            held = null;
            straight.add(List.of(swapped));
        }
        straight.run();
    }

    /** Returns when nothing that was held is under way, or the time is over. */
    void awaitLetGo(long nanos) {
        CompletableFuture<?> all;
        synchronized (this) {
            all = letGo;
        }
        try {
            Object unused = all.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // its outcome is listed, whatever it is
        }
    }

    private void goAstray(List<Outgoing> straying) {
        try {
            Turns way = astray;
            if (way == null || !way.open()) {
                way = new Turns(sender.openLane(topic, elsewhere()), sender);
                astray = way;
            }
            way.add(straying);
            way.run();
        } catch (Exception e) {
            straying.forEach(outgoing -> outgoing.refused(e));
        }
    }

    private int elsewhere() {
        return (partition + 1) % topic.partitions();
    }

    @Override
    public boolean open() {
        return straight.open();
    }

    /** As another, until something is said of its outcome. */
    private abstract static class Harmed implements Outgoing {
        final Outgoing outgoing;
        final Sent sent;

        Harmed(Outgoing outgoing, Sent sent) {
            this.outgoing = outgoing;
            this.sent = sent;
        }

        @Override
        public Message message() {
            return outgoing.message();
        }

        @Override
        public int partition() {
            return outgoing.partition();
        }

        @Override
        public byte[] waybill() {
            return outgoing.waybill();
        }

        @Override
        public void stored(long position, Durability durability) {
            outgoing.stored(position, durability);
        }

        @Override
        public void refused(Throwable failure) {
            outgoing.refused(failure);
        }

        @Override
        public void unknown(Throwable failure) {
            outgoing.unknown(failure);
        }
    }

    private final class Changed extends Harmed {
        private final Message message;

        Changed(Outgoing outgoing, Sent sent) {
            super(outgoing, sent);
            Message original = outgoing.message();
            byte[] body =
                    original.body().length == 0 ? new byte[1] : original.body().clone();
            body[body.length / 2] ^= 0x20;
            message = Message.restored(
                    original.topic(), original.key(), original.headers(), body, original.idHigh(), original.idLow());
        }

        @Override
        public Message message() {
            return message;
        }

        @Override
        public void stored(long position, Durability durability) {
            injector.done(Fault.CORRUPT, sent);
            super.stored(position, durability);
        }
    }

    private final class Strayed extends Harmed {
        Strayed(Outgoing outgoing, Sent sent) {
            super(outgoing, sent);
        }

        @Override
        public int partition() {
            return elsewhere();
        }

        @Override
        public void stored(long position, Durability durability) {
            injector.done(Fault.MISROUTE, sent);
            super.stored(position, durability);
        }
    }

    private final class Unconfirmed extends Harmed {
        Unconfirmed(Outgoing outgoing, Sent sent) {
            super(outgoing, sent);
        }

        @Override
        public void stored(long position, Durability durability) {
            injector.done(Fault.UNCONFIRMED, sent);
            outgoing.unknown(new Harm(ErrorKind.OUTCOME_UNKNOWN, "Not confirmed, as the fault injector was told"));
        }
    }

    /** Its sender hears of the first copy's outcome when that of the second is known, too. */
    private final class Doubled extends Harmed {
        private final AtomicInteger open = new AtomicInteger(2);
        private volatile boolean failed;
        private volatile Runnable outcome = () -> {};

        Doubled(Outgoing outgoing, Sent sent) {
            super(outgoing, sent);
        }

        Outgoing second() {
            return new Harmed(outgoing, sent) {
                @Override
                public void stored(long position, Durability durability) {
                    ended();
                }

                @Override
                public void refused(Throwable failure) {
                    failed = true;
                    ended();
                }

                @Override
                public void unknown(Throwable failure) {
                    failed = true;
                    ended();
                }
            };
        }

        @Override
        public void stored(long position, Durability durability) {
            outcome = () -> super.stored(position, durability);
            ended();
        }

        @Override
        public void refused(Throwable failure) {
            failed = true;
            outcome = () -> super.refused(failure);
            ended();
        }

        @Override
        public void unknown(Throwable failure) {
            failed = true;
            outcome = () -> super.unknown(failure);
            ended();
        }

        private void ended() {
            if (open.decrementAndGet() == 0) {
                if (!failed) {
                    injector.done(Fault.DUPLICATE, sent);
                }
                outcome.run();
            }
        }
    }

    /** Its sender has heard already that it is stored. */
    private final class Swapped extends Harmed {
        final CompletableFuture<Void> ended = new CompletableFuture<>();
        volatile boolean passed;

        Swapped(Outgoing outgoing, Sent sent) {
            super(outgoing, sent);
        }

        @Override
        public void stored(long position, Durability durability) {
            if (passed) {
                injector.done(Fault.SWAP, sent);
            }
            ended.complete(null);
        }

        @Override
        public void refused(Throwable failure) {
            injector.done(Fault.LOSE, sent);
            ended.complete(null);
        }

        @Override
        public void unknown(Throwable failure) {
            injector.done(Fault.LOSE, sent);
            ended.complete(null);
        }
    }
}
