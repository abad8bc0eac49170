package io.waybill.testbrokers;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * The first main class of every child JVM: watches the parent, then runs the class named by the first argument.
 *
 * <p>Standard input is a pipe whose other end the parent alone holds; it ends when the parent does, even by SIGKILL.
 */
final class ChildMain {
    static final String FOLDER_PROPERTY = "waybill.child.folder";

    private static final int ORPHANED = 86;

    private ChildMain() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        Thread watch = new Thread(ChildMain::haltWithParent, "waybill-parent-watch");
        watch.setDaemon(true);
        watch.start();
        ignoreTerminalInterrupt();
        Method main = Class.forName(args[0]).getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            e.getTargetException().printStackTrace();
            System.exit(1);
        }
    }

    private static void haltWithParent() {
        try {
            while (System.in.read() >= 0) {
                // the parent never writes anything that matters
            }
        } catch (IOException e) {
            // a broken pipe is the end of the parent, too
        }
        String folder = System.getProperty(FOLDER_PROPERTY, "");
        if (!folder.isEmpty()) {
            try {
                Shell.deleteAfter(ProcessHandle.current().pid(), folder);
            } catch (IOException | RuntimeException e) {
                System.err.println("Left behind: " + folder + " (" + e.getMessage() + ")");
            }
        }
        Runtime.getRuntime().halt(ORPHANED);
    }

    /** Ctrl-C reaches the whole process group; when a child ends is for its parent to decide, which may be draining. */
    private static void ignoreTerminalInterrupt() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ignore = handler.getField("SIG_IGN").get(null);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("INT"), ignore);
        } catch (ReflectiveOperationException e) {
            System.err.println("Ctrl-C will end this child at once: " + e);
        }
    }
}
