/**
 * The conformance suite: what every adapter must pass, written against the API alone.
 *
 * <p>Who wants to run it implements {@link io.waybill.conformance.ConformanceTarget}, names that class in
 * {@code META-INF/services/io.waybill.conformance.ConformanceTarget}, and puts three annotations on it, or on another test class:
 *
 * <pre>{@code
 * @Suite
 * @SelectPackages("io.waybill.conformance")
 * @IncludeClassNamePatterns(".*Conformance")
 * public final class MyConformanceTest implements ConformanceTarget { ... }
 * }</pre>
 *
 * <p>It runs on JUnit 5.14 and 6.1. Tests tagged {@code soak} take minutes each and are left out with
 * {@code excludedGroups}. With {@code @ConfigurationParametersResource("io/waybill/conformance/side-by-side.properties")}
 * four tests run at a time; those that harm the broker still have it to themselves.
 *
 * <p>A test's name begins with the rules it proves; what a broker cannot do is skipped with the reason, and that it is
 * refused is tested. Nothing is run a second time to make it pass.
 */
@NullMarked
package io.waybill.conformance;

import org.jspecify.annotations.NullMarked;
