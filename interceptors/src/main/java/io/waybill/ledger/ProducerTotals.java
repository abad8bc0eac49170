package io.waybill.ledger;

/**
 * What a producer's books say, over all its streams (rule W6). Immutable.
 *
 * @param assigned how many numbers were handed over
 * @param acknowledged how many of them the broker holds
 * @param unknown of how many nobody knows
 * @param abandoned how many were surely not stored
 */
public record ProducerTotals(long assigned, long acknowledged, long unknown, long abandoned) {
    static final ProducerTotals NONE = new ProducerTotals(0, 0, 0, 0);

    /**
     * Those without an outcome yet.
     *
     * @return how many
     */
    public long open() {
        return assigned - acknowledged - unknown - abandoned;
    }

    static ProducerTotals of(Manifest.Stream stream) {
        return new ProducerTotals(
                stream.assigned(),
                stream.acknowledged().count(),
                stream.unknown().count(),
                stream.abandoned().count());
    }

    ProducerTotals and(ProducerTotals other) {
        return new ProducerTotals(
                assigned + other.assigned,
                acknowledged + other.acknowledged,
                unknown + other.unknown,
                abandoned + other.abandoned);
    }
}
