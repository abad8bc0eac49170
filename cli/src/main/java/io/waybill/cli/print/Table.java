package io.waybill.cli.print;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table for people: headings of one or more lines, columns as wide as they must be, numbers to the right. */
public final class Table {
    private static final String GAP = "  ";

    private final List<List<String>> headings;
    private final int leftColumns;
    private final List<Object> rows = new ArrayList<>();

    /** The first columns are texts and stand left; a heading's lines are parted by {@code \n}. */
    public Table(int leftColumns, List<String> headings) {
        this.leftColumns = leftColumns;
        this.headings = headings.stream()
                .map(heading -> List.of(heading.split("\n", -1)))
                .toList();
    }

    public void row(List<String> cells) {
        rows.add(List.copyOf(cells));
    }

    /** A row whose first cell is followed by a text over all other columns. */
    public void row(String first, String text) {
        rows.add(new Note(first, text));
    }

    private record Note(String first, String text) {}

    @Override
    public String toString() {
        List<List<String>> lines = new ArrayList<>(headingLines());
        rows.forEach(row -> {
            if (row instanceof List<?> cells) {
                lines.add(cells.stream().map(String::valueOf).toList());
            }
        });
        int[] widths = IntStream.range(0, headings.size())
                .map(column -> Math.max(
                        lines.stream()
                                .mapToInt(line -> line.get(column).length())
                                .max()
                                .orElse(0),
                        column > 0 ? 0 : longestNote()))
                .toArray();
        StringBuilder text = new StringBuilder();
        headingLines().forEach(line -> append(text, line, widths));
        for (Object row : rows) {
            if (row instanceof Note note) {
                append(text, List.of(note.first(), note.text()), widths);
            } else if (row instanceof List<?> cells) {
                append(text, cells.stream().map(String::valueOf).toList(), widths);
            }
        }
        return text.toString();
    }

    private int longestNote() {
        return rows.stream()
                .filter(Note.class::isInstance)
                .mapToInt(row -> ((Note) row).first().length())
                .max()
                .orElse(0);
    }

    private List<List<String>> headingLines() {
        int height = headings.stream().mapToInt(List::size).max().orElse(0);
        return IntStream.range(0, height)
                .mapToObj(line -> headings.stream()
                        .map(heading -> {
                            int place = line - (height - heading.size());
                            return place < 0 ? "" : heading.get(place);
                        })
                        .toList())
                .toList();
    }

    private void append(StringBuilder text, List<String> cells, int[] widths) {
        String line = IntStream.range(0, cells.size())
                .mapToObj(column -> {
                    String space = " "
                            .repeat(Math.max(
                                    0, widths[column] - cells.get(column).length()));
                    return column < leftColumns ? cells.get(column) + space : space + cells.get(column);
                })
                .collect(Collectors.joining(GAP));
        text.append(line.stripTrailing()).append(System.lineSeparator());
    }
}
