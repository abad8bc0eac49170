package io.waybill.ledger;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a group has seen of one stream, and what it misses (rules W3, W4). A gap alone is no loss: it becomes one when it is
 * known that the broker had acknowledged the number, and the number did not arrive within the grace behind what should have
 * come after it.
 *
 * <p>Takes memory by gaps, not by numbers. Used by one thread at a time; time is given to it.
 */
final class StreamCheck {
    private final Account account;

    /** Missing numbers below the last one, that stamps of later ones said were acknowledged. */
    private final NumberSet confirmed = new NumberSet();

    private final List<Gap> gaps = new ArrayList<>();
    private long tailTo;
    private long tailSince;

    /** Numbers that were missing when a later one came. */
    private record Gap(long from, long to, long sinceNanos) {}

    /**
     * A stream that is seen for the first time.
     *
     * @param before numbers up to this one are not missed
     */
    StreamCheck(long before) {
        this(new Account(before));
    }

    private StreamCheck(Account account) {
        this.account = account;
    }

    /** Goes on with books that another owner kept; the ages of gaps begin anew. */
    static StreamCheck of(Account account, long now) {
        StreamCheck check = new StreamCheck(account);
        NumberSet missing = account.seen.missing(account.before + 1, account.seen.last());
        missing.removeAll(account.lost);
        for (NumberRange range : missing.ranges()) {
            check.gaps.add(new Gap(range.from(), range.to(), now));
        }
        return check;
    }

    /**
     * A number arrived.
     *
     * @param again whether the broker delivers the same copy again
     * @param now the time, of {@link System#nanoTime}
     * @return DELIVERED, LATE, DUPLICATE or JOINED_LATE
     */
    Verdict arrived(long number, boolean again, long now) {
        if (account.away) {
            account.away = false;
            account.before = Math.max(account.before, number - 1);
            gaps.clear();
        }
        long last = account.last();
        if (!account.seen.add(number)) {
            if (!again) {
                account.duplicates++;
            }
            return again ? Verdict.DELIVERED : Verdict.DUPLICATE;
        }
        if (number > last) {
            if (number > last + 1) {
                gaps.add(new Gap(last + 1, number - 1, now));
            }
            return Verdict.DELIVERED;
        }
        if (number <= account.before) {
            return Verdict.JOINED_LATE;
        }
        boolean unused = account.lost.remove(number);
        unused = confirmed.remove(number);
        account.late++;
        return Verdict.LATE;
    }

    /** It turned out that the group looked from the stream's first number on. */
    void missHead(long now) {
        if (account.before > 0) {
            gaps.add(new Gap(1, account.before, now));
            account.before = 0;
        }
    }

    /** Numbers pass unseen: those up to the next that is seen are not missed. */
    void lookAway() {
        account.away = true;
    }

    /** A later stamp says that the broker had acknowledged these. */
    void confirmed(long from, long to) {
        long first = Math.max(from, account.before + 1);
        if (first <= to && account.seen.endOfRun(first) < to) {
            confirmed.addAll(account.seen.missing(first, to));
        }
    }

    /** Whether anything is missing that a look could say more of. */
    boolean isSuspicious() {
        return !account.away && (!gaps.isEmpty() || tailSince != 0);
    }

    /**
     * Looks again at what is missing between numbers that came.
     *
     * @param told what the producer says of the stream, the newest that is known; null if it said nothing yet
     * @param oldest gaps since then or before are old enough
     * @return what is lost, and was not told before
     */
    NumberSet check(Manifest.@Nullable Stream told, long oldest) {
        NumberSet found = new NumberSet();
        List<Gap> open = new ArrayList<>();
        for (Gap gap : gaps) {
            NumberSet missing = missing(gap.from(), gap.to(), told);
            if (missing.isEmpty()) {
                continue;
            }
            if (gap.sinceNanos() - oldest <= 0) {
                found.addAll(acknowledged(missing, told));
                missing.removeAll(found);
            }
            for (NumberRange left : missing.ranges()) {
                open.add(new Gap(left.from(), left.to(), gap.sinceNanos()));
            }
        }
        gaps.clear();
        gaps.addAll(open);
        account.lost.addAll(found);
        confirmed.removeAll(found);
        return found;
    }

    /**
     * Looks at what is missing behind the last number that came.
     *
     * @param now the time
     * @return since when the broker should have delivered the same numbers, or 0 if nothing is missing there
     */
    long tailSince(Manifest.Stream told, long now) {
        long to = told.acknowledged().last();
        if (account.away || to <= account.last() || missingTail(told).isEmpty()) {
            tailSince = 0;
            tailTo = 0;
        } else if (tailSince == 0 || to > tailTo) {
            tailSince = now;
            tailTo = to;
        }
        return tailSince;
    }

    /** The broker has delivered all that it holds: what is still missing of the tail that it had acknowledged is lost. */
    NumberSet checkTail(Manifest.Stream told) {
        NumberSet found = missingTail(told);
        if (!found.isEmpty()) {
            account.lost.addAll(found);
            tailSince = 0;
        }
        return found;
    }

    private NumberSet missingTail(Manifest.Stream told) {
        NumberSet tail = new NumberSet(told.acknowledged());
        tail.remove(1, account.last());
        tail.removeAll(account.lost);
        return tail;
    }

    /** What of a range neither came nor is told to be lost, nor may be missing. */
    private NumberSet missing(long from, long to, Manifest.@Nullable Stream told) {
        NumberSet missing = account.seen.missing(Math.max(from, account.before + 1), to);
        missing.removeAll(account.lost);
        if (told != null) {
            missing.removeAll(told.abandoned());
            missing.removeAll(told.unknown());
        }
        return missing;
    }

    private NumberSet acknowledged(NumberSet missing, Manifest.@Nullable Stream told) {
        NumberSet others = new NumberSet(missing);
        others.removeAll(confirmed);
        if (told != null) {
            others.removeAll(told.acknowledged());
        }
        NumberSet acknowledged = new NumberSet(missing);
        acknowledged.removeAll(others);
        return acknowledged;
    }

    /** Takes over what another owner of the partition has seen meanwhile. */
    void merge(StreamCheck other) {
        account.merge(other.account);
        gaps.addAll(other.gaps);
        long oldest = gaps.stream()
                .mapToLong(Gap::sinceNanos)
                .reduce((a, b) -> a - b < 0 ? a : b)
                .orElse(0);
        gaps.clear();
        NumberSet missing = account.seen.missing(account.before + 1, account.seen.last());
        missing.removeAll(account.lost);
        missing.ranges().forEach(range -> gaps.add(new Gap(range.from(), range.to(), oldest)));
    }

    Account account() {
        return account;
    }

    /** How many numbers are missing, and nobody knows yet whether they are lost. */
    long suspected() {
        long suspected = 0;
        for (Gap gap : gaps) {
            suspected += gap.to() - gap.from() + 1;
        }
        return suspected;
    }

    /**
     * Whether nothing is open: each number that the producer knows to be stored, or not to be sure of, has come and is finished,
     * or is told to be lost.
     *
     * @param last the producer's last word
     * @param longAgo whether that was so long ago that what it is not sure of will not come any more
     */
    boolean isSettled(Manifest.Stream last, boolean longAgo) {
        NumberSet open = new NumberSet();
        if (longAgo) {
            open.addAll(last.acknowledged());
        } else if (last.assigned() > 0) {
            open.add(1, last.assigned());
            open.removeAll(last.abandoned());
        }
        open.remove(1, account.before);
        open.removeAll(account.seen);
        open.removeAll(account.lost);
        return open.isEmpty() && account.unfinished() == 0;
    }
}
