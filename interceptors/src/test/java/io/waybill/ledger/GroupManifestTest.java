package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.spi.ReceiveLaneInterceptor.Ending;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GroupManifestTest {
    private static GroupManifest manifest() {
        GroupManifest.Books books = new GroupManifest.Books();
        books.foreign = 4;
        books.corrupted = 1;
        books.misrouted = 2;
        Account account = new Account(3);
        account.seen.add(4, 20);
        account.seen.add(30, 40);
        account.finished.add(4, 18);
        assertThat(account.end(19, Ending.DEAD_LETTERED)).isTrue();
        assertThat(account.end(20, Ending.FILTERED)).isTrue();
        assertThat(account.end(20, Ending.DEAD_LETTERED)).as("it is finished").isFalse();
        account.lost.add(21, 29);
        account.duplicates = 5;
        account.late = 6;
        account.away = true;
        books.streams.put(new StreamId(-17, 0xe1), account);
        return new GroupManifest("billing", "orders", 3, 1_700_000_000_000L, books);
    }

    @Test
    void whatIsWrittenIsRead() {
        byte[] record = manifest().encode();
        assertThat(GroupManifest.decode(record)).hasValueSatisfying(read -> {
            assertThat(read.encode()).isEqualTo(record);
            assertThat(read.group()).isEqualTo("billing");
            assertThat(read.books().streams).containsOnlyKeys(new StreamId(-17, 0xe1));
        });
    }

    @Test
    void itIsTheRecordThatTheReferenceDescribes() {
        assertThat(manifest().encode())
                .startsWith(1, 17, 0, 7, 'b', 'i', 'l', 'l', 'i', 'n', 'g', 0, 6, 'o', 'r', 'd', 'e', 'r', 's', 3);
    }

    @Test
    void otherRecordsAreIgnored() {
        byte[] record = manifest().encode();
        for (int length = 0; length < record.length; length++) {
            assertThat(GroupManifest.decode(Arrays.copyOf(record, length))).isEmpty();
        }
        record[0] = 2;
        assertThat(GroupManifest.decode(record)).isEmpty();
        assertThat(GroupManifest.decode(new Mark("billing", "orders", 3, 1).encode()))
                .isEmpty();
    }
}
