package io.waybill.ledger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * The books as meters of Micrometer, which must be on the class path: what a dashboard shows and an alarm watches (rule W6).
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>tags</th><th>what</th></tr>
 * <tr><td>{@code waybill.ledger.sent} (gauge)</td><td>producer; state: acknowledged, unknown, abandoned, open</td>
 * <td>numbers of this producer's life</td></tr>
 * <tr><td>{@code waybill.ledger.received} (gauge)</td><td>group; state: handled, dead-lettered, filtered, in-flight, lost,
 * suspected</td><td>numbers of the partitions that this consumer owns: to be summed over a group's instances</td></tr>
 * <tr><td>{@code waybill.ledger.odd} (gauge)</td><td>group; kind: duplicate, late, corrupted, misrouted, foreign</td>
 * <td>the same, of messages</td></tr>
 * <tr><td>{@code waybill.ledger.findings} (counter)</td><td>group, topic, verdict</td>
 * <td>numbers that this process found to be lost, and so on: to be alarmed at</td></tr>
 * </table>
 */
@SuppressWarnings("exports") // who has meters has Micrometer
public final class LedgerMetrics {
    private static final String STATE = "state";

    private LedgerMetrics() {}

    /**
     * Of a producer.
     *
     * @param producer its name
     * @param stamping its stamping, which the registry must not outlive: a gauge does not keep it
     * @return what binds the gauges to a registry
     */
    public static MeterBinder of(String producer, Stamping stamping) {
        return registry -> {
            sent(registry, producer, stamping, "acknowledged", ProducerTotals::acknowledged);
            sent(registry, producer, stamping, "unknown", ProducerTotals::unknown);
            sent(registry, producer, stamping, "abandoned", ProducerTotals::abandoned);
            sent(registry, producer, stamping, "open", ProducerTotals::open);
        };
    }

    private static void sent(
            MeterRegistry registry,
            String producer,
            Stamping stamping,
            String state,
            ToLongFunction<ProducerTotals> figure) {
        Gauge unused = Gauge.builder("waybill.ledger.sent", stamping, of -> figure.applyAsLong(of.totals()))
                .description("Numbers of a producer, by what became of them")
                .baseUnit("messages")
                .tag("producer", producer)
                .tag(STATE, state)
                .register(registry);
    }

    /**
     * Of a group's consumer.
     *
     * @param group its group
     * @param verification its verification, which the registry must not outlive: a gauge does not keep it
     * @return what binds the gauges to a registry
     */
    public static MeterBinder of(String group, Verification verification) {
        return registry -> {
            String received = "waybill.ledger.received";
            got(registry, received, group, verification, STATE, "handled", GroupTotals::handled);
            got(registry, received, group, verification, STATE, "dead-lettered", GroupTotals::deadLettered);
            got(registry, received, group, verification, STATE, "filtered", GroupTotals::filtered);
            got(registry, received, group, verification, STATE, "in-flight", GroupTotals::inFlight);
            got(registry, received, group, verification, STATE, "lost", GroupTotals::lost);
            got(registry, received, group, verification, STATE, "suspected", GroupTotals::suspected);
            String odd = "waybill.ledger.odd";
            String kind = "kind";
            got(registry, odd, group, verification, kind, "duplicate", GroupTotals::duplicates);
            got(registry, odd, group, verification, kind, "late", GroupTotals::late);
            got(registry, odd, group, verification, kind, "corrupted", GroupTotals::corrupted);
            got(registry, odd, group, verification, kind, "misrouted", GroupTotals::misrouted);
            got(registry, odd, group, verification, kind, "foreign", GroupTotals::foreign);
        };
    }

    private static void got(
            MeterRegistry registry,
            String name,
            String group,
            Verification verification,
            String tag,
            String value,
            ToLongFunction<GroupTotals> figure) {
        Gauge unused = Gauge.builder(name, verification, of -> figure.applyAsLong(of.totals()))
                .description("Messages of the partitions that this consumer owns, by what became of them")
                .baseUnit("messages")
                .tag("group", group)
                .tag(tag, value)
                .register(registry);
    }

    /**
     * Counts findings.
     *
     * @param registry where
     * @return a listener for {@link Verification#onFinding}
     */
    public static Consumer<Finding> counting(MeterRegistry registry) {
        return finding -> Counter.builder("waybill.ledger.findings")
                .description("Numbers that were found to be lost, doubled, changed or astray")
                .baseUnit("messages")
                .tag("group", finding.group())
                .tag("topic", finding.topic())
                .tag("verdict", finding.verdict().name().toLowerCase(Locale.ROOT))
                .register(registry)
                .increment((double) finding.count());
    }
}
