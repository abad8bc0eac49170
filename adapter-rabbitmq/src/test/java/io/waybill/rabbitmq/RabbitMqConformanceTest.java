package io.waybill.rabbitmq;

import io.waybill.conformance.ConformanceTarget;
import org.junit.jupiter.api.Tag;
import org.junit.platform.suite.api.ConfigurationParameter;
import org.junit.platform.suite.api.ConfigurationParametersResource;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** The whole conformance suite on a real RabbitMQ. */
@Suite
@Tag("rabbitmq")
@SelectPackages("io.waybill.conformance")
@IncludeClassNamePatterns(".*Conformance")
@ConfigurationParametersResource("io/waybill/conformance/side-by-side.properties")
@ConfigurationParameter(key = ConformanceTarget.NAME_PARAMETER, value = "rabbitmq")
class RabbitMqConformanceTest {}
