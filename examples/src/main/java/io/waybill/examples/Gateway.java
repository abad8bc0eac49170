package io.waybill.examples;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Takes the orders of the customers and sends them, without waiting for one receipt before the next send. Several clerks
 * do so at once; all orders of a customer go through the same clerk, so that they are sent in their order.
 */
final class Gateway implements AutoCloseable {
    private static final int CLERKS = 4;

    private final Names names;
    private final Books books;
    private final Waybill waybill;
    private final Producer producer;
    private final List<ExecutorService> clerks = IntStream.range(0, CLERKS)
            .mapToObj(clerk -> Executors.newSingleThreadExecutor(task -> new Thread(task, "gateway-" + clerk)))
            .toList();

    Gateway(String uri, Names names, Books books) {
        this.names = names;
        this.books = books;
        this.waybill = Waybill.connect(uri);
        this.producer = waybill.producer("gateway").open();
    }

    /** Starts to send the orders from {@code first} to before {@code end}, behind those that it was given before. */
    void sell(int first, int end) {
        for (int clerk = 0; clerk < CLERKS; clerk++) {
            int mine = clerk;
            clerks.get(clerk)
                    .execute(() -> IntStream.range(first, end)
                            .mapToObj(Order::number)
                            .takeWhile(order -> !Thread.currentThread().isInterrupted())
                            .filter(order -> Math.floorMod(order.customer().hashCode(), CLERKS) == mine)
                            .forEach(this::send));
        }
    }

    private void send(Order order) {
        Message message = Message.to(names.orders())
                .key(order.customer())
                .payload(order, Order.CODEC)
                .build();
        books.sent(order);
        var unused = producer.sendAsync(message).whenComplete((receipt, failure) -> {
            if (failure == null) {
                books.acknowledged(order);
            } else {
                books.failed(order, failure);
            }
        });
    }

    /** Sends nothing any more; waits for the outcome of what was sent. */
    @Override
    public void close() {
        clerks.forEach(ExecutorService::shutdownNow);
        waybill.close();
    }
}
