package io.waybill.conformance;

import io.waybill.message.Capability;
import org.opentest4j.TestAbortedException;

/**
 * Skips a test because the broker cannot do what it shows. A test that is skipped with another exception lacks something in
 * its target, such as a way to kill the broker.
 */
public final class MissingCapability extends TestAbortedException {
    private static final long serialVersionUID = 1;

    /**
     * Says so.
     *
     * @param target the name of the target
     * @param capability what it does not have
     */
    public MissingCapability(String target, Capability capability) {
        super(target + " has no " + capability);
    }
}
