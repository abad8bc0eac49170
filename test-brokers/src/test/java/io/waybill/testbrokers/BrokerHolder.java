package io.waybill.testbrokers;

/** Starts a broker, prints its process and its folder, and then does as it is told: {@code exit}, or hold it until killed. */
final class BrokerHolder {
    private BrokerHolder() {}

    public static void main(String[] args) throws InterruptedException {
        KafkaBroker broker = KafkaBroker.builder().quickStart().heap("200m").start();
        if (args[0].equals("pause")) {
            broker.pause();
        }
        long pid = broker.processes().iterator().next().pid();
        System.out.println("broker " + pid + " " + broker.dataFolder().getParent());
        if (!args[0].equals("exit")) {
            Thread.currentThread().join();
        }
    }
}
