/**
 * The conformance suite: what every adapter must pass, written against the API alone.
 *
 * <p>Who wants to run it implements {@link io.waybill.conformance.ConformanceTarget}, names that class in
 * {@code META-INF/services/io.waybill.conformance.ConformanceTarget}, and adds one test class:
 *
 * <pre>{@code
 * @Suite
 * @SelectPackages("io.waybill.conformance")
 * @IncludeClassNamePatterns(".*Conformance")
 * class MyConformanceTest {}
 * }</pre>
 *
 * <p>A test's name begins with the rules it proves; what a broker cannot do is skipped with the reason, and that it is
 * refused is tested. Nothing is run a second time to make it pass.
 */
@NullMarked
package io.waybill.conformance;

import org.jspecify.annotations.NullMarked;
