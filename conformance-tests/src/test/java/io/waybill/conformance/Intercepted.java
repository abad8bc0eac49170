package io.waybill.conformance;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/** Makes an object that does what another does, except for some methods, by name. */
final class Intercepted {
    /** What is done instead: with the arguments, and with the way to what the original does with them. */
    interface Instead {
        Object call(Object[] arguments, Callable<Object> original) throws Exception;
    }

    private Intercepted() {}

    /** The copy has all interfaces of the original, of which {@code type} is one. */
    static <T> T of(Class<T> type, T original, Map<String, Instead> instead) {
        Set<Class<?>> types = new LinkedHashSet<>();
        for (Class<?> one = original.getClass(); one != null; one = one.getSuperclass()) {
            types.addAll(List.of(one.getInterfaces()));
        }
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), types.toArray(Class<?>[]::new), (proxy, method, arguments) -> {
                    Callable<Object> go = () -> {
                        try {
                            return method.invoke(original, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause() instanceof Exception failure ? failure : e;
                        }
                    };
                    Instead other = instead.get(method.getName());
                    return other == null ? go.call() : other.call(arguments, go);
                }));
    }
}
