package io.waybill.kafka;

import io.waybill.conformance.ConformanceTarget;
import org.junit.platform.suite.api.ConfigurationParameter;
import org.junit.platform.suite.api.ConfigurationParametersResource;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** The whole conformance suite on a real Kafka. */
@Suite
@SelectPackages("io.waybill.conformance")
@IncludeClassNamePatterns(".*Conformance")
@ConfigurationParametersResource("io/waybill/conformance/side-by-side.properties")
@ConfigurationParameter(key = ConformanceTarget.NAME_PARAMETER, value = "kafka")
class KafkaConformanceTest {}
