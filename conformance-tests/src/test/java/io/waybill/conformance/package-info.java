/** The suite on the memory adapter, and tests of the suite: adapters that are wrong on purpose must fail it. */
package io.waybill.conformance;
