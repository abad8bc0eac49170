package io.waybill;

/**
 * Switches interceptors off and on while producers and consumers run, without touching business code. One switch may
 * govern interceptors of several producers and consumers. Takes effect with the next message.
 */
public final class Switch {
    private volatile boolean on;

    private Switch(boolean on) {
        this.on = on;
    }

    /**
     * A switch that is on.
     *
     * @return a new switch
     */
    public static Switch on() {
        return new Switch(true);
    }

    /**
     * A switch that is off.
     *
     * @return a new switch
     */
    public static Switch off() {
        return new Switch(false);
    }

    /**
     * Turns it.
     *
     * @param position true for on
     */
    public void turn(boolean position) {
        on = position;
    }

    /**
     * Whether it is on.
     *
     * @return true for on
     */
    public boolean isOn() {
        return on;
    }
}
