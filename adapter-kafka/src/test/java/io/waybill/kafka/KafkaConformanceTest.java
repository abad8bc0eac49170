package io.waybill.kafka;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** The whole conformance suite on a real Kafka. */
@Suite
@SelectPackages("io.waybill.conformance")
@IncludeClassNamePatterns(".*Conformance")
class KafkaConformanceTest {}
