package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.Admin;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Codec;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Limits;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.RetryPolicy;
import io.waybill.message.TopicSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Bad input: one clear error that says what was wrong and what to do, the same on every broker; nothing is half done. */
@SharedChapter
@DisplayName("Input")
class InputConformance {
    private static void assertFails(ErrorKind kind, ThrowingCallable call, String... words) {
        assertThatThrownBy(call, "an error of kind %s that speaks of %s", kind, List.of(words))
                .isInstanceOfSatisfying(
                        MessagingException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind))
                .hasMessageContainingAll(words);
    }

    @Test
    @DisplayName(
            "input a URI that is none, a scheme without adapter, a setting that nobody knows or that cannot be read")
    void wrongUris(Scene scene) {
        assertFails(ErrorKind.INVALID, () -> Waybill.connect("no scheme"), "scheme");
        assertFails(
                ErrorKind.UNSUPPORTED,
                () -> Waybill.connect("carrier-pigeon://loft:1"),
                "'carrier-pigeon'",
                "waybill-adapter-carrier-pigeon");
        assertFails(ErrorKind.INVALID, () -> Waybill.connect(scene.uri("nonsense=1")), "'nonsense'", "Known are");
        assertFails(
                ErrorKind.INVALID,
                () -> Waybill.connect(scene.uri("send.timeout=soon")),
                "'send.timeout'",
                "'soon'",
                "such as 500ms");
        assertFails(ErrorKind.INVALID, () -> Waybill.connect(scene.uri("concurrency=0")), "'concurrency'");
        assertFails(
                ErrorKind.INVALID,
                () -> Waybill.connect(scene.uri("settle.interval=0s")),
                "'settle.interval'",
                "at least 1ms");
        assertFails(ErrorKind.INVALID, () -> Waybill.connect(scene.uri("start=soon")), "'start'", "first, latest");
        assertFails(
                ErrorKind.INVALID, () -> Waybill.connect(scene.uri("dead.letter.topic=a%20b")), "'dead.letter.topic'");
    }

    @Test
    @DisplayName("input a broker that is not there fails within the connect timeout, and says where")
    void anUnreachableBroker(Scene scene) {
        Optional<String> nowhere = scene.target().unreachableUri();
        Assumptions.assumeTrue(nowhere.isPresent(), () -> scene.target().name() + " names no address without a broker");
        String uri = nowhere.orElseThrow();
        String place = uri.substring(uri.indexOf(':') + 1)
                .replaceFirst("^//([^/?]*).*", "$1")
                .split("\\?", 2)[0];
        long start = System.nanoTime();
        assertFails(
                ErrorKind.UNAVAILABLE,
                () -> Waybill.connect(Scene.with(uri, "connect.timeout=2s")),
                place,
                "Check that the broker runs");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    @DisplayName("S3 a topic that does not exist holds nothing: it is named, with the remedy, in time, and not created")
    void aMissingTopic(Scene scene) {
        String missing = scene.name("missing");
        Producer producer = scene.producer();
        long start = System.nanoTime();
        assertFails(ErrorKind.NOT_FOUND, () -> producer.send(Message.to(missing).build()), missing, "Create it first");
        assertFails(
                ErrorKind.NOT_FOUND,
                () -> scene.waybill().consumer(scene.group()).subscribe(missing, delivery -> {}),
                missing,
                "Create it first");
        assertFails(ErrorKind.NOT_FOUND, () -> scene.waybill().admin().deleteTopic(missing), missing);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        assertThat(scene.waybill().admin().describeTopic(missing)).isEmpty();
        assertThat(scene.waybill().admin().topics()).doesNotContain(missing);

        scene.waybill().admin().createTopic(missing, 1);
        Inbox inbox = scene.inbox();
        scene.open(missing, inbox);
        producer.send(Message.to(missing).text("now").build());
        inbox.awaitMessages(1);
    }

    @Test
    @DisplayName("input dead letters that would go back into what is read, or to a name of Waybill's, are refused")
    void deadLettersThatGoRound(Scene scene) {
        String topic = scene.topic(1);
        String group = scene.group();
        assertFails(
                ErrorKind.INVALID,
                () -> scene.waybill().consumer(group).deadLetterTopic(topic).subscribe(topic, delivery -> {}),
                topic,
                "go round for ever");
        assertFails(
                ErrorKind.INVALID,
                () -> scene.waybill()
                        .consumer(group)
                        .deadLetterTopic("waybill.dead")
                        .subscribe(topic, delivery -> {}),
                "belongs to Waybill");
        assertFails(
                ErrorKind.INVALID,
                () -> scene.waybill().consumer("g".repeat(99)).subscribe(topic, delivery -> {}),
                "more than 100 characters");
    }

    @Test
    @DisplayName("S9 names with other characters, too long, empty or reserved are refused before anything is sent")
    void illegalNames(Scene scene) {
        Admin admin = scene.waybill().admin();
        for (String name : new String[] {"", "a b", "a/b", "a\u0001b", "\u00e4", "..", "x".repeat(101)}) {
            assertFails(ErrorKind.INVALID, () -> Message.to(name), "Illegal topic name", "Use 1 to 100 of");
            assertFails(ErrorKind.INVALID, () -> admin.createTopic(name, 1), "Illegal topic name");
            assertFails(ErrorKind.INVALID, () -> admin.describeTopic(name), "Illegal topic name");
            assertFails(ErrorKind.INVALID, () -> scene.waybill().consumer(name), "Illegal group name");
            assertFails(ErrorKind.INVALID, () -> scene.waybill().producer(name), "Illegal producer name");
        }
        for (String name : new String[] {"", "a b", "a\u0002b", "a:b", "waybill-x", "Waybill", "x".repeat(101)}) {
            assertFails(ErrorKind.INVALID, () -> Message.to("t").header(name, "v"), "Illegal header name");
        }
        assertFails(ErrorKind.INVALID, () -> admin.createTopic("waybill.mine", 1), "belong to Waybill");
        assertFails(ErrorKind.INVALID, () -> TopicSpec.of("t", 0), "'t'", "use 1 to 10000");
    }

    @Test
    @DisplayName(
            "S9 control characters, line ends and native separators in values forge nothing: all comes back as it was")
    void valuesThatWouldForge(Scene scene) {
        List<String> values = List.of(
                "a\u0000b",
                "a\u0001DELAY\u00023\u0002TRAN_MSG\u0001true\u0002seq\u00019999", // how RocketMQ joins properties
                "a\r\nContent-Length: 0\r\n\r\nb",
                "\u007f\u0085\u2028\ufeff",
                "${jndi:ldap://x}'\";--",
                "\ud83d\ude9a");
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        Producer producer = scene.producer();
        for (String value : values) {
            producer.send(Message.to(topic)
                    .key(value)
                    .header("note", value)
                    .header("DELAY", value)
                    .header("seq", "1")
                    .text(value)
                    .build());
        }
        inbox.awaitMessages(values.size());
        for (String value : values) {
            Message arrived = inbox.all().stream()
                    .map(Delivery::message)
                    .filter(message -> message.text().equals(value))
                    .findFirst()
                    .orElseThrow();
            assertThat(arrived.headers().size()).as("headers of %s", arrived).isEqualTo(3);
            assertThat(arrived.headers().text("note")).contains(value);
            assertThat(arrived.headers().text("DELAY")).contains(value);
            assertThat(arrived.headers().text("seq")).contains("1");
            assertThat(arrived.keyText()).contains(value);
        }
    }

    @Test
    @DisplayName("S9 a text that UTF-8 cannot write, half of a surrogate pair, is refused and not changed in silence")
    void halfOfASurrogatePair(Scene scene) {
        String half = "a\ud800b";
        String topic = scene.topic(1);
        assertFails(ErrorKind.INVALID, () -> Message.to(topic).key(half), "surrogate", "index 1");
        assertFails(ErrorKind.INVALID, () -> Message.to(topic).header("h", half), "surrogate", "index 1");
        assertFails(ErrorKind.INVALID, () -> Message.to(topic).text(half), "surrogate", "index 1");
        assertFails(ErrorKind.INVALID, () -> Message.to(topic).payload(half, Codec.utf8()), "cannot be written");
    }

    @Test
    @DisplayName("S9 a key that is too long is refused")
    void aKeyThatIsTooLong(Scene scene) {
        String topic = scene.topic(1);
        assertFails(
                ErrorKind.INVALID,
                () -> Message.to(topic).key(new byte[Limits.KEY_BYTES + 1]),
                "1025 bytes",
                "at most 1024");
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        scene.producer().send(Message.to(topic).key(new byte[Limits.KEY_BYTES]).build());
        inbox.awaitMessages(1);
        assertThat(inbox.all().get(0).message().key()).hasSize(Limits.KEY_BYTES);
    }

    @Test
    @DisplayName("input a payload that its codec cannot write, or a body that it cannot read, says which codec")
    void aPayloadOfAnotherType(Scene scene) {
        Codec<Integer> broken = new Codec<>() {
            @Override
            public byte[] encode(Integer payload) {
                throw new IllegalArgumentException("odd numbers only");
            }

            @Override
            public Integer decode(byte[] body) {
                throw new IllegalArgumentException("not a number");
            }

            @Override
            public String contentType() {
                return "application/x-odd";
            }
        };
        assertFails(
                ErrorKind.INVALID, () -> Message.to("t").payload(2, broken), "application/x-odd", "cannot be written");
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        scene.producer().send(Message.to(topic).payload("two", Codec.utf8()).build());
        inbox.awaitMessages(1);
        assertThat(inbox.all().get(0).payload(Codec.utf8())).isEqualTo("two");
        assertFails(
                ErrorKind.INVALID,
                () -> inbox.all().get(0).payload(broken),
                "cannot be read as application/x-odd",
                "text/plain; charset=utf-8");
    }

    @Test
    @DisplayName("S10 what is used after its close says CLOSED")
    void usedAfterClose(Scene scene) {
        String topic = scene.topic(1);
        Waybill instance = Waybill.connect(scene.uri());
        Producer producer = instance.producer(scene.name("producer")).open();
        Admin admin = instance.admin();
        instance.close();
        assertThat(instance.close(Duration.ZERO).clean()).as("a second close").isTrue();
        assertFails(ErrorKind.CLOSED, () -> producer.send(Message.to(topic).build()), "closed");
        assertFails(ErrorKind.CLOSED, () -> admin.topics(), "closed");
        assertFails(ErrorKind.CLOSED, instance::admin, "closed");
        assertFails(ErrorKind.CLOSED, () -> instance.producer("p"), "closed");
        assertFails(ErrorKind.CLOSED, () -> instance.consumer("g"), "closed");
    }

    @Test
    @DisplayName("input values out of range fail at the call that gave them")
    void valuesOutOfRange(Scene scene) {
        assertFails(
                ErrorKind.INVALID,
                () -> scene.waybill().consumer("g").concurrency(0),
                "'concurrency'",
                "use 1 to 100000");
        assertFails(ErrorKind.INVALID, () -> scene.waybill().consumer("g").window(1), "'window'");
        assertFails(
                ErrorKind.INVALID,
                () -> scene.waybill().producer("p").sendTimeout(Duration.ofMillis(1)),
                "'sendTimeout'");
        assertFails(ErrorKind.INVALID, () -> RetryPolicy.attempts(0), "use 1 or more");
        assertFails(
                ErrorKind.INVALID,
                () -> scene.waybill().consumer("g").subscribe(List.of(), delivery -> {}),
                "subscribes to no topic");
    }

    @Test
    @DisplayName(
            "input topics and groups are created, described, listed and deleted; what is there or not there is said")
    void topicsAndGroups(Scene scene) {
        Admin admin = scene.waybill().admin();
        String topic = scene.name("topic");
        admin.createTopic(topic, 3);
        assertFails(ErrorKind.ALREADY_EXISTS, () -> admin.createTopic(topic, 3), topic);
        admin.ensureTopic(topic, 3);
        assertFails(ErrorKind.ALREADY_EXISTS, () -> admin.ensureTopic(topic, 4), topic, "3 partitions, not 4");
        assertThat(admin.describeTopic(topic))
                .hasValueSatisfying(found -> assertThat(found.partitions()).isEqualTo(3));
        assertThat(admin.topics()).contains(topic).noneMatch(Limits::reserved);

        String group = scene.group();
        assertThat(admin.describeGroup(group)).isEmpty();
        Inbox inbox = scene.inbox();
        Waybill instance = scene.connect();
        scene.open(instance.consumer(group), topic, inbox);
        scene.producer().send(Scene.message(topic, "k", "1"));
        inbox.awaitMessages(1);
        assertThat(admin.describeGroup(group))
                .hasValueSatisfying(found -> assertThat(found.members()).isEqualTo(1));
        assertThat(admin.groups()).contains(group);
        assertFails(ErrorKind.REFUSED, () -> admin.deleteGroup(group), group);
        instance.close();
        scene.eventually(
                "the member is gone",
                () -> admin.describeGroup(group).stream().allMatch(found -> found.members() == 0));
        admin.deleteGroup(group);
        assertThat(admin.describeGroup(group)).isEmpty();
        assertFails(ErrorKind.NOT_FOUND, () -> admin.deleteGroup(group), group);

        admin.deleteTopic(topic);
        assertThat(admin.describeTopic(topic)).isEmpty();
        assertThat(admin.topics()).doesNotContain(topic);
    }

    @Test
    @DisplayName("input effectiveConfig prints every setting with its origin; unwrap names what there is not")
    void effectiveConfigAndUnwrap(Scene scene) {
        Waybill instance = scene.connect("send.timeout=7s");
        assertThat(instance.effectiveConfig())
                .contains("send.timeout = PT7S  (URI)")
                .contains("max.block = PT10S  (DEFAULT)");
        assertThat(instance.producer("p").maxBlock(Duration.ofSeconds(3)).open().effectiveConfig())
                .contains("max.block = PT3S  (CODE)");
        assertFails(ErrorKind.UNSUPPORTED, () -> instance.unwrap(java.util.Calendar.class), "java.util.Calendar");
    }
}
