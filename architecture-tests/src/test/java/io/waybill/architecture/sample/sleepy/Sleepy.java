package io.waybill.architecture.sample.sleepy;

import java.util.concurrent.TimeUnit;

/** Wrong: sleeps, in a package without null marks. */
final class Sleepy {
    private Sleepy() {}

    static void sleep() throws InterruptedException {
        Thread.sleep(1);
    }

    static void sleepInUnits() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(1);
    }
}
