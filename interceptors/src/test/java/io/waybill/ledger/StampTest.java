package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.message.Message;
import io.waybill.spi.WaybillHeader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StampTest {
    private static final byte[] SECRET = "a secret of both sides".getBytes(StandardCharsets.UTF_8);
    private static final Message MESSAGE =
            Message.to("orders").key("o-17").text("one bicycle").build();

    private static byte[] stamp(long number, long confirmed, long run) {
        return Stamp.on(
                WaybillHeader.encode(MESSAGE), 0x0123456789abcdefL, 0xfedcba987654L, number, confirmed, run, false);
    }

    private static byte[] vouched(Message message, byte[] secret) {
        byte[] stamp = Stamp.on(WaybillHeader.encode(message), 1, 2, 3, 0, 0, secret != null);
        new Contents("orders", 1, secret).vouch(stamp, message);
        return stamp;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 255, 256, 65_536, 0xffff_ffffL, 0x1_0000_0000L, (1L << 48) - 1})
    void everyFieldComesBack(long number) {
        byte[] stamp = stamp(number, 0, 0);
        assertThat(Stamp.isOn(stamp)).isTrue();
        assertThat(Stamp.isSealed(stamp)).isFalse();
        assertThat(Stamp.producer(stamp)).isEqualTo(0x0123456789abcdefL);
        assertThat(Stamp.epoch(stamp)).isEqualTo(0xfedcba987654L);
        assertThat(Stamp.number(stamp)).isEqualTo(number);
        assertThat(Stamp.confirmedTo(stamp)).isZero();
        assertThat(Arrays.copyOf(stamp, WaybillHeader.LENGTH))
                .as("the core's part, but for the flags")
                .isEqualTo(withFlags(WaybillHeader.encode(MESSAGE), 1));
    }

    private static byte[] withFlags(byte[] header, int flags) {
        header[1] = (byte) flags;
        return header;
    }

    @Test
    void theConfirmedRunIsSaidAsFarAsThereIsRoom() {
        byte[] near = stamp(100_000, 99_990, 50);
        assertThat(Stamp.confirmedTo(near)).isEqualTo(99_990);
        assertThat(Stamp.confirmedFrom(near)).isEqualTo(99_941);

        byte[] longRun = stamp(100_000, 99_999, 99_999);
        assertThat(Stamp.confirmedTo(longRun)).isEqualTo(99_999);
        assertThat(Stamp.confirmedFrom(longRun)).as("65,535 of them").isEqualTo(34_465);

        assertThat(Stamp.confirmedTo(stamp(100_000, 100_000 - 65_536, 10)))
                .as("too far behind")
                .isZero();
        assertThat(Stamp.confirmedTo(stamp(1, 0, 0))).isZero();
    }

    @Test
    void aHeaderIsNeverLongerThanTheFormatAllows() {
        assertThat(vouched(MESSAGE, null)).hasSize(48);
        assertThat(vouched(MESSAGE, SECRET)).hasSize(64);
    }

    @Test
    void aHeaderOfTheCoreAloneIsNoStamp() {
        assertThat(Stamp.isOn(WaybillHeader.encode(MESSAGE))).isFalse();
        assertThat(Stamp.isOn(null)).isFalse();
        assertThat(Stamp.isOn(Arrays.copyOf(stamp(1, 0, 0), 30))).isFalse();
    }

    @Test
    void whatIsNotAsItWasSentIsSeen() {
        byte[] stamp = vouched(MESSAGE, null);
        Contents here = new Contents("orders", 1, null);
        assertThat(here.isForHere(stamp)).isTrue();
        assertThat(here.isUnchanged(stamp, MESSAGE)).isTrue();

        assertThat(here.isUnchanged(
                        stamp, MESSAGE.toBuilder().text("two bicycles").build()))
                .isFalse();
        assertThat(here.isUnchanged(stamp, MESSAGE.toBuilder().key("o-18").build()))
                .isFalse();
        assertThat(here.isUnchanged(
                        stamp, Message.to("orders").text("one bicycle").build()))
                .as("without its key")
                .isFalse();
        assertThat(here.isUnchanged(
                        stamp, MESSAGE.toBuilder().header("traced", "yes").build()))
                .as("headers may come and go")
                .isTrue();
    }

    @Test
    void whatMovesBetweenKeyAndBodyIsSeen() {
        Message message = Message.to("orders").key("ab").text("c").build();
        Message moved = message.toBuilder().key("a").text("bc").build();
        assertThat(new Contents("orders", 1, null).isUnchanged(vouched(message, null), moved))
                .isFalse();
    }

    @Test
    void aStampIsForOnePartition() {
        byte[] stamp = vouched(MESSAGE, null);
        assertThat(new Contents("orders", 2, null).isForHere(stamp)).isFalse();
        assertThat(new Contents("returns", 1, null).isForHere(stamp)).isFalse();
    }

    @Test
    void aSealNeedsTheSecret() {
        byte[] sealed = vouched(MESSAGE, SECRET);
        Contents guarded = new Contents("orders", 1, SECRET);
        assertThat(guarded.isGenuine(sealed, MESSAGE)).isTrue();
        assertThat(guarded.isGenuine(vouched(MESSAGE, null), MESSAGE))
                .as("no seal")
                .isFalse();
        assertThat(guarded.isGenuine(vouched(MESSAGE, new byte[] {1}), MESSAGE))
                .as("another secret")
                .isFalse();
        assertThat(guarded.isGenuine(
                        sealed, MESSAGE.toBuilder().text("two bicycles").build()))
                .isFalse();
        byte[] renumbered = sealed.clone();
        renumbered[37]++;
        assertThat(guarded.isGenuine(renumbered, MESSAGE)).isFalse();
        assertThat(new Contents("orders", 1, null).isGenuine(sealed, MESSAGE))
                .as("who has no secret looks at no seal")
                .isTrue();
    }
}
