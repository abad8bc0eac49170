package io.waybill.ledger;

/**
 * One life of a producer, as stamps name it.
 *
 * @param producer the hash of the producer's name
 * @param epoch its epoch
 */
record StreamId(long producer, long epoch) {}
