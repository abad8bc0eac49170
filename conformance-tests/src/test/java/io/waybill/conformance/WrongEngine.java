package io.waybill.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.pool.TypePool;

/** Defines the project's classes anew, one of them with a defect, so that nothing outside of it is wrong. */
final class WrongEngine extends ClassLoader {
    private static final String OURS = "io.waybill.";

    private final EngineDefect defect;

    WrongEngine(EngineDefect defect) {
        super(WrongEngine.class.getClassLoader());
        this.defect = defect;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            return name.startsWith(OURS) ? define(name) : super.loadClass(name, resolve);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = name.equals(defect.type) ? changed() : original(name);
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] changed() {
        ClassFileLocator locator = ClassFileLocator.ForClassLoader.of(getParent());
        return defect.change
                .apply(new ByteBuddy()
                        .redefine(
                                TypePool.Default.of(locator)
                                        .describe(defect.type)
                                        .resolve(),
                                locator))
                .make()
                .getBytes();
    }

    private byte[] original(String name) throws ClassNotFoundException {
        try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
