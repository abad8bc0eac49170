package io.waybill.testbrokers;

import java.util.stream.IntStream;

/** Prints what {@link ChildProcessTest} looks for. */
final class Talker {
    private Talker() {}

    public static void main(String[] args) throws InterruptedException {
        switch (args[0]) {
            case "count" -> IntStream.range(0, 20_000).forEach(i -> System.out.println("line " + i));
            case "fail" ->
                throw new IllegalArgumentException(
                        "told to fail: " + System.getProperty("word") + " " + System.getenv("WORD"));
            case "wait" -> {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("in order \u2713")));
                System.out.println("waiting");
                Thread.currentThread().join();
            }
            default -> System.exit(2);
        }
    }
}
