package io.waybill.cli.lab;

import io.waybill.ledger.Finding;
import io.waybill.ledger.NumberRange;
import io.waybill.ledger.Verdict;
import io.waybill.testbrokers.ChildProcess;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A client in a JVM of its own. What it tells on its standard output goes into the books, line by line. */
final class ChildInstance implements LabBroker.Instance {
    private static final String ACKNOWLEDGED = "acknowledged";
    private static final String HANDLED = "handled";
    private static final String FOUND = "found";
    private static final long LOOK_NANOS = 20_000_000;

    private final ChildProcess process;
    private final Books books;
    private final Thread reader;
    private volatile boolean ended;

    ChildInstance(ChildProcess process, Books books) {
        this.process = process;
        this.books = books;
        this.reader = new Thread(this::read, "lab-child");
        reader.setDaemon(true);
        reader.start();
    }

    static String acknowledged(String text) {
        return ACKNOWLEDGED + " " + text;
    }

    static String handled(String text) {
        return HANDLED + " " + text;
    }

    static String found(Finding finding) {
        StringBuilder line = new StringBuilder(String.join(
                " ",
                FOUND,
                finding.verdict().name(),
                finding.group(),
                finding.producer(),
                Long.toString(finding.epoch()),
                finding.topic(),
                Integer.toString(finding.partition())));
        finding.numbers()
                .forEach(range ->
                        line.append(' ').append(range.from()).append(' ').append(range.to()));
        return line.toString();
    }

    private void read() {
        int done = 0;
        while (true) {
            boolean last = ended;
            List<String> lines = process.lines();
            for (String line : lines.subList(Math.min(done, lines.size()), lines.size())) {
                take(line);
            }
            done = lines.size();
            if (last) {
                return;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void take(String line) {
        String[] words = line.split(" ", -1);
        if (words.length < 2) {
            return; // what a killed process was about to say
        }
        switch (words[0]) {
            case ACKNOWLEDGED -> books.acknowledged(words[1]);
            case HANDLED -> books.handled(words[1]);
            case FOUND -> books.reported(finding(words));
            default -> {}
        }
    }

    private static Finding finding(String[] words) {
        List<NumberRange> numbers = new ArrayList<>();
        for (int i = 7; i + 1 < words.length; i += 2) {
            numbers.add(new NumberRange(Long.parseLong(words[i]), Long.parseLong(words[i + 1])));
        }
        return new Finding(
                Verdict.valueOf(words[1]),
                words[2],
                words[3],
                Long.parseLong(words[4]),
                words[5],
                Integer.parseInt(words[6]),
                numbers,
                Instant.now());
    }

    @Override
    public void kill() {
        process.kill();
        ended = true;
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void freeze() {
        process.pause();
    }

    @Override
    public void thaw() {
        process.resume();
    }
}
