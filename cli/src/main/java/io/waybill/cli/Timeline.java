package io.waybill.cli;

import io.waybill.ledger.GroupLedger;
import io.waybill.ledger.NumberRange;
import io.waybill.ledger.StreamLedger;
import io.waybill.ledger.StreamLedger.Progress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A stream as a picture: time to the right, numbers upwards. */
final class Timeline {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 200;
    private static final int LEFT = 80;
    private static final int RIGHT = 12;
    private static final int TOP = 10;
    private static final int BOTTOM = 26;
    private static final int TICKS = 4;
    private static final double LEAST = 3;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final long DAY_MILLIS = 86_400_000;

    private final StreamLedger stream;
    private final long from;
    private final long to;
    private final long top;
    private final StringBuilder svg = new StringBuilder();

    private Timeline(StreamLedger stream) {
        this.stream = stream;
        this.from = points(stream).mapToLong(Progress::timeMillis).min().orElse(0);
        this.to = Math.max(
                from + 1, points(stream).mapToLong(Progress::timeMillis).max().orElse(0));
        this.top = Math.max(1, points(stream).mapToLong(Progress::number).max().orElse(1));
    }

    private static Stream<Progress> points(StreamLedger stream) {
        return Stream.concat(
                stream.history().stream(), stream.groups().stream().flatMap(group -> group.history().stream()));
    }

    /** As an SVG element. */
    static String of(StreamLedger stream) {
        return new Timeline(stream).draw();
    }

    private String draw() {
        svg.append("<svg class=\"timeline\" viewBox=\"0 0 ")
                .append(WIDTH)
                .append(' ')
                .append(HEIGHT)
                .append("\" role=\"img\"><title>")
                .append(Html.escape(stream.producer()))
                .append(" in partition ")
                .append(stream.partition())
                .append("</title>\n");
        axes();
        stream.groups().forEach(this::lost);
        line("sent", stream.history(), "sent");
        stream.groups().forEach(group -> line("group", group.history(), "finished by " + group.group()));
        return svg.append("</svg>\n").toString();
    }

    private void axes() {
        DateTimeFormatter format = to - from > DAY_MILLIS ? DAY : TIME;
        for (int i = 0; i <= TICKS; i++) {
            long time = from + (to - from) * i / TICKS;
            String anchor = i == 0 ? "start" : i == TICKS ? "end" : "middle";
            text(x(time), HEIGHT - 8, anchor, format.format(Instant.ofEpochMilli(time)));
        }
        for (long number : new long[] {0, top / 2, top}) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
                    LEFT,
                    WIDTH - RIGHT,
                    y(number),
                    y(number)));
            text(LEFT - 8, y(number) + 4, "end", AuditText.number(number));
        }
    }

    private void text(double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text));
    }

    private void lost(GroupLedger group) {
        for (NumberRange range : group.lost()) {
            double left = x(lastBefore(range.from()));
            double width = Math.max(LEAST, x(firstAt(range.to())) - left);
            double height = Math.max(LEAST, y(range.from() - 1) - y(range.to()));
            String what = "lost for group " + Html.escape(group.group()) + ": " + range;
            rectangle("when", left, TOP, width, HEIGHT - TOP - BOTTOM, what);
            rectangle("lost", LEFT, y(range.to()), (double) WIDTH - LEFT - RIGHT, height, what);
        }
    }

    private void rectangle(String name, double x, double y, double width, double height, String title) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s</title></rect>%n",
                name,
                x,
                y,
                width,
                height,
                title));
    }

    /** When the producer was last known not to have sent a number yet. */
    private long lastBefore(long number) {
        return stream.history().stream()
                .filter(point -> point.number() < number)
                .mapToLong(Progress::timeMillis)
                .max()
                .orElse(from);
    }

    /** When it was first known to have sent it. */
    private long firstAt(long number) {
        return stream.history().stream()
                .filter(point -> point.number() >= number)
                .mapToLong(Progress::timeMillis)
                .min()
                .orElse(to);
    }

    private void line(String name, List<Progress> points, String title) {
        if (points.isEmpty()) {
            return;
        }
        svg.append("<polyline class=\"").append(name).append("\" points=\"");
        for (Progress point : points) {
            svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.timeMillis()), y(point.number())));
        }
        Progress last = points.get(points.size() - 1);
        svg.append(String.format(
                Locale.ROOT,
                "\"><title>%s</title></polyline>%n<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s</title></circle>%n",
                Html.escape(title),
                name,
                x(last.timeMillis()),
                y(last.number()),
                Html.escape(title + ": " + AuditText.number(last.number()))));
    }

    private double x(long time) {
        return LEFT + (double) (time - from) / (to - from) * (WIDTH - LEFT - RIGHT);
    }

    private double y(long number) {
        return HEIGHT - BOTTOM - (double) number / top * (HEIGHT - TOP - BOTTOM);
    }
}
