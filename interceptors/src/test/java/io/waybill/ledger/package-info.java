@org.jspecify.annotations.NullMarked
package io.waybill.ledger;
