package io.waybill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.waybill.Waybill;
import io.waybill.ledger.GroupLedger;
import io.waybill.ledger.Ledger;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code waybill audit}: what producers and groups say of a topic, side by side. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = {
            "Reads what producers with Stamping and groups with Verification have said of a topic, and prints what became of each"
                    + " message, by producer, partition and group. Reads no message.",
            ""
        },
        footer = {
            "",
            "Exit code: 0 if nothing is lost, 3 if something is, 1 if the books cannot be read, 2 if wrongly asked for."
        })
final class AuditCommand implements Callable<Integer> {
    static final int LOST = 3;

    private final PrintStream out;
    private final PrintStream err;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--broker", paramLabel = "URI", required = true, description = "Where the broker is")
    private String broker = "";

    @Option(names = "--topic", paramLabel = "TOPIC", required = true, description = "The topic")
    private String topic = "";

    @Option(names = "--group", paramLabel = "GROUP", description = "This group only. Default: all")
    private @Nullable String group;

    @Option(names = "--json", description = "Print JSON instead of the table")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page with a timeline of each stream, too")
    private @Nullable Path html;

    AuditCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        Ledger ledger;
        try (Waybill waybill = Waybill.connect(broker)) {
            ledger = Ledger.read(waybill, topic);
        }
        if (group != null) {
            ledger = of(ledger, group);
        }
        out.print(json ? AuditText.json(ledger) + "\n" : AuditText.table(ledger));
        if (html != null) {
            write(html, AuditHtml.of(ledger));
        }
        return ledger.lost() > 0 ? LOST : Main.DONE;
    }

    private Ledger of(Ledger ledger, String wanted) {
        Set<String> known = groups(ledger).collect(Collectors.toCollection(TreeSet::new));
        if (!known.contains(wanted)) {
            throw new ParameterException(
                    spec == null ? null : spec.commandLine(),
                    "group '" + wanted + "' has said nothing of topic '" + topic + "'; "
                            + (known.isEmpty() ? "no group has" : "these have: " + String.join(", ", known)));
        }
        return ledger.of(wanted);
    }

    private static Stream<String> groups(Ledger ledger) {
        return Stream.concat(
                ledger.receipts().stream().map(Ledger.Receipts::group),
                ledger.streams().stream()
                        .flatMap(stream -> stream.groups().stream())
                        .map(GroupLedger::group));
    }

    private void write(Path file, String page) {
        try {
            Files.writeString(file, page, UTF_8);
            err.println("Written: " + file);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }
}
