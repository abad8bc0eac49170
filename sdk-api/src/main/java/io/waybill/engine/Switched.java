package io.waybill.engine;

import java.util.function.BooleanSupplier;

/**
 * Something that can be off.
 *
 * @param target what
 * @param on whether it is on now
 * @param <T> its type
 */
public record Switched<T>(T target, BooleanSupplier on) {}
