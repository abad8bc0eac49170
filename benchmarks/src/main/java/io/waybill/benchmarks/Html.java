package io.waybill.benchmarks;

import java.util.Locale;

/** Pieces of a page that is well-formed XML, too. */
final class Html {
    private static final int FIRST_PRINTABLE = 0x20;
    private static final int REPLACEMENT = 0xFFFD;

    private Html() {}

    /** A text that is nothing but text, whatever it holds. */
    static String text(String text) {
        return text.codePoints()
                .map(Html::allowed)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** XML has no way to say most control characters, nor half a surrogate pair. */
    private static int allowed(int codePoint) {
        boolean control = codePoint < FIRST_PRINTABLE && codePoint != '\n' && codePoint != '\t' && codePoint != '\r';
        boolean noCharacter = codePoint == 0xFFFE || codePoint == 0xFFFF;
        boolean half = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
        return control || noCharacter || half ? REPLACEMENT : codePoint;
    }

    /**
     * One element.
     *
     * @param name its name, and classes if it has any: {@code td.number.met}
     * @param content markup
     */
    static String element(String name, String content) {
        int dot = name.indexOf('.');
        String tag = dot < 0 ? name : name.substring(0, dot);
        String classes = dot < 0 ? "" : " class=\"" + name.substring(dot + 1).replace('.', ' ') + "\"";
        return "<" + tag + classes + ">" + content + "</" + tag + ">";
    }

    /** A link to another place of the page. */
    static String link(String id, String content) {
        return "<a href=\"#" + text(id) + "\">" + content + "</a>";
    }

    /** A table that scrolls by itself where the page is too narrow for it. */
    static String table(String label, String content) {
        return "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" + text(label) + "\">\n<table>\n"
                + content + "</table>\n</div>\n";
    }

    /** A share of a drawing's width. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f%%", share);
    }

    /** A figure with its unit, as people write it. */
    static String figure(double value, Metric metric) {
        return Report.number(value) + " " + unit(metric);
    }

    static String unit(Metric metric) {
        return metric.unit.equals("us") ? "µs" : metric.unit;
    }
}
