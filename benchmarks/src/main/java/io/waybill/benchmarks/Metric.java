package io.waybill.benchmarks;

import java.util.List;

/** What is measured of a sample. */
enum Metric {
    RATE("rate", "msg/s"),
    CPU("cpu", "ns/msg"),
    BROKER_CPU("broker-cpu", "ns/msg"),
    BYTES("bytes", "B/msg"),
    GC("gc", "ns/msg"),
    RSS("rss", "MiB"),
    /** What lives in the client's heap, after a collection. */
    HEAP("heap", "MiB"),
    STEAL("steal", "%"),
    P50("p50", "us"),
    P99("p99", "us"),
    P999("p99.9", "us"),
    START("start", "ms"),
    REPEATS("repeats", "messages"),
    DUPLICATES("duplicates", "messages"),
    /** Of the core alone. */
    TIME("time", "ns/msg");

    static final List<Metric> THROUGHPUT = List.of(RATE, CPU, BROKER_CPU, BYTES);
    static final List<Metric> LATENCY = List.of(P50, P99, P999, CPU);

    final String id;
    final String unit;

    Metric(String id, String unit) {
        this.id = id;
        this.unit = unit;
    }
}
