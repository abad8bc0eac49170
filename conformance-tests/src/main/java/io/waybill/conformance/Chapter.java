package io.waybill.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Marks a class of the suite: its tests take a {@link Scene}, and none may hang. It has the broker to itself, because it harms
 * it; {@link SharedChapter} is for those that do not.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SceneExtension.class)
@Timeout(value = 4, unit = TimeUnit.MINUTES)
@Isolated
@interface Chapter {}
