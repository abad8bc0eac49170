package io.waybill.cli;

/** What the suite found as a small picture: how many rules hold; green only if something was tested and nothing failed. */
final class SuiteBadge {
    private static final String LABEL = "conformance";
    private static final int LABEL_WIDTH = 86;
    private static final int HEIGHT = 20;
    private static final double CHARACTER = 6.6;
    private static final int MARGIN = 12;

    private SuiteBadge() {}

    static String of(SuiteReport report) {
        String text = report.tested().isEmpty()
                ? "not tested"
                : report.holding() + " of " + report.numbered().size() + " rules";
        int width = (int) Math.ceil(text.length() * CHARACTER) + MARGIN;
        int all = LABEL_WIDTH + width;
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" role="img" aria-label="%3$s: %4$s">
                <title>%3$s: %4$s</title>
                <clipPath id="r"><rect width="%1$d" height="%2$d" rx="3"/></clipPath>
                <g clip-path="url(#r)"><rect width="%5$d" height="%2$d" fill="#454545"/>\
                <rect x="%5$d" width="%6$d" height="%2$d" fill="%7$s"/></g>
                <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">\
                <text x="%8$d" y="14">%3$s</text><text x="%9$d" y="14">%4$s</text></g>
                </svg>
                """.formatted(
                all, HEIGHT, LABEL, text, LABEL_WIDTH, width, colour(report), LABEL_WIDTH / 2, LABEL_WIDTH + width / 2);
    }

    private static String colour(SuiteReport report) {
        if (report.failed()) {
            return "#b3261e";
        }
        return report.holding() > 0 ? "#1a7f37" : "#6b6b6b";
    }
}
