package io.waybill.conformance;

import org.junit.platform.suite.api.ConfigurationParameter;
import org.junit.platform.suite.api.ConfigurationParametersResource;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** The whole suite on the memory adapter in the shape of a queue. */
@Suite
@SelectPackages("io.waybill.conformance")
@IncludeClassNamePatterns(".*Conformance")
@ConfigurationParametersResource("io/waybill/conformance/side-by-side.properties")
@ConfigurationParameter(key = "junit.jupiter.execution.parallel.config.fixed.parallelism", value = "16")
@ConfigurationParameter(key = "junit.jupiter.execution.parallel.config.fixed.max-pool-size", value = "16")
@ConfigurationParameter(key = ConformanceTarget.NAME_PARAMETER, value = "memory-queue")
class MemoryQueueConformanceTest {}
