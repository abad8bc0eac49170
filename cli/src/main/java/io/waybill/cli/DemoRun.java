package io.waybill.cli;

import io.waybill.examples.Report;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the demo went on one broker.
 *
 * @param broker its name
 * @param version its version; empty if it could not be had
 * @param available whether it could be had
 * @param reason where it came from; or why it could not be had, or why the run broke off
 * @param report the books; null if it could not be had, or if the run broke off
 */
record DemoRun(
        String broker,
        String version,
        boolean available,
        String reason,
        @Nullable Report report) {
    boolean balanced() {
        return report != null && report.balanced();
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("broker", broker);
        json.put("version", version);
        json.put("available", available);
        json.put("reason", reason);
        json.put("sent", report == null ? 0L : report.sent());
        json.put("acknowledged", report == null ? 0L : report.acknowledged());
        json.put("handled", report == null ? Map.of() : report.handled());
        json.put("redelivered", report == null ? 0L : report.redelivered());
        json.put("deadLettered", report == null ? 0L : report.deadLettered());
        json.put("outOfOrder", report == null ? 0L : report.outOfOrder());
        json.put("lost", report == null ? 0L : report.lost());
        json.put("balanced", balanced());
        json.put("messagesPerSecond", report == null ? 0L : Math.round(report.messagesPerSecond()));
        json.put("seconds", report == null ? 0L : Math.round(report.seconds() * 1000) / 1000.0);
        return json;
    }
}
