package io.waybill.examples;

import io.waybill.Waybill;
import io.waybill.message.MessagingException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shop holds a flash sale: a gateway sends orders, and four groups (payment, risk, notification, statistics) handle
 * each of them. Some handlers fail at first, some orders can never be rated and end as dead letters. Payment runs on two
 * instances; in the middle of the sale one of them stops and another joins. At the end the books must add up.
 *
 * <p>The same code runs on every broker: only the URI differs. Topics and groups have names of their own in each sale,
 * and are deleted at its end. One object is one sale; {@link #progress} may be called by other threads meanwhile.
 */
public final class FlashSale {
    private static final Logger LOG = LoggerFactory.getLogger(FlashSale.class);
    private static final int PARTITIONS = 8;
    private static final long LOOK_AGAIN_MILLIS = 5;

    private final String uri;
    private final int orders;
    private final Duration patience;
    private final Names names =
            new Names("flash-sale-" + UUID.randomUUID().toString().substring(0, 8));
    private final Books books;
    private final List<Instance> instances = new CopyOnWriteArrayList<>();
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private volatile String step = "opening the shop";

    /**
     * A sale that gives up after a minute without news.
     *
     * @param uri the broker; one that several connections share, so not {@code memory:} without a name
     * @param orders how many orders there will be, 1 or more
     */
    public FlashSale(String uri, int orders) {
        this(uri, orders, Duration.ofMinutes(1));
    }

    FlashSale(String uri, int orders, Duration patience) {
        if (orders < 1) {
            throw new IllegalArgumentException("A sale of " + orders + " orders; use 1 or more");
        }
        this.uri = uri;
        this.orders = orders;
        this.patience = patience;
        this.books = new Books(orders);
    }

    /** What is being done now, for people. */
    public String step() {
        return step;
    }

    /** The books so far. */
    public Report progress() {
        Map<String, Long> byInstance = new LinkedHashMap<>();
        instances.forEach(instance -> byInstance.put(instance.name(), instance.handled()));
        return books.report(byInstance);
    }

    /**
     * Holds the sale.
     *
     * @return the books at its end, complete or not
     * @throws MessagingException if the broker cannot be used
     * @throws InterruptedException if this thread was interrupted; what was opened is closed
     */
    public Report run() throws InterruptedException {
        try (Waybill waybill = Waybill.connect(uri)) {
            waybill.admin().createTopic(names.orders(), PARTITIONS);
            waybill.admin().createTopic(names.deadOrders(), 1);
            try {
                sell();
            } finally {
                step = "closing the shop";
                closing.forEach(Runnable::run);
                cleanUp(waybill);
            }
        }
        return progress();
    }

    private void sell() throws InterruptedException {
        open(Service.PAYMENT, 1);
        Instance leaving = open(Service.PAYMENT, 2);
        open(Service.RISK, 1);
        open(Service.NOTIFICATION, 1);
        open(Service.STATISTICS, 1);
        BackOffice backOffice = new BackOffice(uri, names, books);
        closing.push(backOffice::close);
        await(() -> allWork() && backOffice.working());
        try (Gateway gateway = new Gateway(uri, names, books)) {
            step = "selling";
            gateway.sell(0, orders / 2);
            await(() -> books.of(Service.PAYMENT).handled() >= orders / 4);

            step = leaving.name() + " stops, another joins";
            gateway.sell(orders / 2, orders * 3 / 4);
            leaving.close();
            Instance joining = open(Service.PAYMENT, 3);
            await(() -> joining.partitions() > 0);

            step = "selling the rest";
            gateway.sell(orders * 3 / 4, orders);
            await(books::complete);
        }
    }

    private Instance open(Service service, int number) {
        Instance instance = new Instance(uri, names, service, number, books);
        instances.add(instance);
        closing.push(instance::close);
        return instance;
    }

    /** Every instance has its share, and every group has all partitions. */
    private boolean allWork() {
        return instances.stream().allMatch(instance -> instance.partitions() > 0)
                && instances.stream().mapToInt(Instance::partitions).sum()
                        == PARTITIONS * Service.all().size();
    }

    /** Waits for it, but not longer than there is news in the books: they show what is missing then. */
    private void await(BooleanSupplier condition) throws InterruptedException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            long silence = System.nanoTime() - Math.max(start, books.lastNews());
            if (silence > patience.toNanos()) {
                LOG.warn("No news for {} while {}; going on without", patience, step);
                return;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    private void cleanUp(Waybill waybill) {
        try {
            waybill.admin().groups().stream().filter(names::owns).forEach(waybill.admin()::deleteGroup);
            waybill.admin().topics().stream().filter(names::owns).forEach(waybill.admin()::deleteTopic);
        } catch (MessagingException e) {
            LOG.warn("Topics or groups that start with {} are left on the broker: {}", names.prefix(), e.getMessage());
        }
    }
}
