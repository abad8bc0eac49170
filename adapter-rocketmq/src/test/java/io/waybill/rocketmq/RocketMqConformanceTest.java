package io.waybill.rocketmq;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** The whole conformance suite on a real RocketMQ. */
@Suite
@SelectPackages("io.waybill.conformance")
@IncludeClassNamePatterns(".*Conformance")
class RocketMqConformanceTest {}
