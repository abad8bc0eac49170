package io.waybill.architecture.sample.loud;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;

/** Wrong: a library prints, and reads Java's serialization. */
final class Loud {
    private Loud() {}

    static Object read(InputStream in) throws IOException, ClassNotFoundException {
        try (ObjectInputStream objects = new ObjectInputStream(in)) {
            return objects.readObject();
        }
    }

    static void print() {
        System.out.println("loud");
    }
}
