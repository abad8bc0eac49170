package io.waybill.testbrokers;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * All processes of one broker, with the promises and exceptions of {@link RunningBroker}. Made and closed by the broker; safe
 * for use by several threads, and calls that change the state wait for each other.
 */
final class BrokerNodes {
    private final String broker;
    private final List<BrokerNode> all;
    private boolean closed;

    /**
     * @param broker what the broker is called in messages
     * @param all who is needed by others comes before them
     */
    BrokerNodes(String broker, List<BrokerNode> all) {
        this.broker = broker;
        this.all = all;
    }

    List<BrokerNode> all() {
        return all;
    }

    synchronized boolean running() {
        return all.stream().allMatch(BrokerNode::running);
    }

    synchronized Set<ProcessHandle> processes() {
        return all.stream().flatMap(node -> node.process().stream()).collect(Collectors.toUnmodifiableSet());
    }

    synchronized void kill() {
        forRunning("killed", BrokerNode::kill);
    }

    synchronized void pause() {
        forRunning("paused", BrokerNode::pause);
    }

    synchronized void resume() {
        forRunning("resumed", BrokerNode::resume);
    }

    /** The last first: a broker takes leave of its name server or controller. */
    synchronized void stop() {
        forRunning("stopped", BrokerNode::stop);
    }

    /** Starts those that are not running. */
    synchronized void start() {
        List<BrokerNode> down = all.stream().filter(node -> !node.running()).toList();
        if (closed || down.isEmpty()) {
            throw new IllegalStateException(broker + " cannot be started: it is " + (closed ? "closed" : "running"));
        }
        down.forEach(BrokerNode::launch);
        down.forEach(BrokerNode::awaitReady);
    }

    synchronized String logTail() {
        return all.stream()
                .map(node -> "-- " + node.name() + "\n" + node.logTail())
                .collect(Collectors.joining("\n"));
    }

    synchronized void close() {
        closed = true;
        all.forEach(BrokerNode::close);
    }

    private void forRunning(String what, Consumer<BrokerNode> action) {
        List<BrokerNode> running = all.stream().filter(BrokerNode::running).toList();
        if (running.isEmpty()) {
            throw new IllegalStateException(broker + " cannot be " + what + ": it is not running\n" + logTail());
        }
        for (int i = running.size() - 1; i >= 0; i--) {
            action.accept(running.get(i));
        }
    }
}
