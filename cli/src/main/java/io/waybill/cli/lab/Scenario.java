package io.waybill.cli.lab;

import io.waybill.ledger.Verdict;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that happens to messages, and what the verification must say of them.
 *
 * @param name what happens, in a few words; letters of it make the topic's name
 * @param expected what must be said of each number that is injected; null if nothing may be said
 * @param alone whether it harms the whole broker, so that nothing else may run there meanwhile
 * @param play makes it happen
 */
record Scenario(String name, @Nullable Verdict expected, boolean alone, Play play) {
    private static final int MOST_CHARACTERS = 32;

    /** Makes it happen. */
    interface Play {
        /** Returns when all of it has happened; what follows is waited for by the lab. */
        void on(Stage stage) throws Exception;
    }

    static Scenario finds(Verdict expected, String name, Play play) {
        return new Scenario(name, expected, false, play);
    }

    static Scenario loses(String name, Play play) {
        return finds(Verdict.LOST, name, play);
    }

    /** Whatever happens is no loss, no duplicate and nothing else to tell. */
    static Scenario quiet(String name, Play play) {
        return new Scenario(name, null, false, play);
    }

    Scenario aloneOnItsBroker() {
        return new Scenario(name, expected, true, play);
    }

    /** A topic's name made of the scenario's first words: a dead-letter topic is named after topic and group, with 100 characters. */
    String topic() {
        StringBuilder topic = new StringBuilder();
        for (String word : name.toLowerCase(Locale.ROOT).split("[^a-z0-9]+", -1)) {
            if (topic.length() + word.length() < MOST_CHARACTERS) {
                topic.append(topic.isEmpty() ? "" : "-").append(word);
            } else {
                break;
            }
        }
        return topic.toString();
    }
}
