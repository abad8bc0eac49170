package io.waybill.testbrokers;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** The image that the container of a broker is made from: the official one, unless another one is named. */
enum ContainerImage {
    KAFKA("apache/kafka", "4.4.0"),
    ROCKETMQ("apache/rocketmq", "5.5.0"),
    RABBITMQ("rabbitmq", "4.0");

    private final String official;
    private final String tag;

    ContainerImage(String official, String tag) {
        this.official = official;
        this.tag = tag;
    }

    /** @throws IllegalArgumentException if there is no such broker */
    static ContainerImage of(String broker) {
        return valueOf(broker.toUpperCase(Locale.ROOT));
    }

    /** The name of the official image, without a tag. */
    String official() {
        return official;
    }

    /** The system property that names another image. */
    String property() {
        return "waybill.image." + name().toLowerCase(Locale.ROOT);
    }

    /** The environment variable that names another image. */
    String variable() {
        return "WAYBILL_IMAGE_" + name();
    }

    /** The image with its tag. */
    String chosen() {
        return chosen(System.getProperties(), System.getenv());
    }

    String chosen(Properties properties, Map<String, String> environment) {
        String told = properties.getProperty(property(), environment.getOrDefault(variable(), ""));
        return told.isBlank() ? official + ":" + tag : told.strip();
    }
}
