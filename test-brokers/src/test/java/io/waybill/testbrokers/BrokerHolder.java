package io.waybill.testbrokers;

import java.util.stream.Collectors;

/** Starts a broker, prints its folder and all processes below this one, and then exits, or holds it until it is killed. */
final class BrokerHolder {
    private BrokerHolder() {}

    public static void main(String[] args) throws InterruptedException {
        RunningBroker broker = Brokers.find(args[1])
                .start(BrokerSettings.defaults().withHeap("200m").withQuickStart(true));
        if (args[0].equals("pause")) {
            broker.pause();
        }
        String processes = ProcessHandle.current()
                .descendants()
                .map(process -> Long.toString(process.pid()))
                .collect(Collectors.joining(" "));
        System.out.println("broker " + broker.dataFolder().getParent() + " " + processes);
        if (!args[0].equals("exit")) {
            Thread.currentThread().join();
        }
    }
}
