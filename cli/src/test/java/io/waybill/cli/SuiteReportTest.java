package io.waybill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.cli.SuiteCase.Status;
import io.waybill.conformance.Rule;
import io.waybill.message.Capability;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** What is made of the cases: verdicts, and pages that no message can break. */
class SuiteReportTest {
    private static final String NASTY = "</pre><script>alert('1 & \"2\"')</script> a|b \u0000\u001b[31m\ud83d\ude00";

    private static SuiteCase test(String name, Status status) {
        return new SuiteCase(name, "a.Test", status, 0.25, "", status == Status.PASS ? "" : NASTY, NASTY);
    }

    private static SuiteResult result(Map<String, String> capabilities, SuiteCase... cases) {
        return new SuiteResult(
                "kafka://<b>:1",
                "4",
                "kafka-clients 4",
                "",
                List.of(cases),
                capabilities,
                Map.of("broker killed", 2),
                3);
    }

    private static Verdict verdict(Map<String, String> capabilities, Status... ends) {
        SuiteCase[] cases = Stream.of(ends).map(end -> test("C9 it", end)).toArray(SuiteCase[]::new);
        return result(capabilities, cases).verdict(Rule.C9);
    }

    private static SuiteReport report(SuiteResult... results) {
        return new SuiteReport(Instant.EPOCH, "1.2.3", List.of(Rule.S1, Rule.C9, Rule.INPUT), List.of(results));
    }

    @Test
    void aVerdictFollowsFromTheCasesAndTheCapabilities() {
        Map<String, String> broker = Map.of(Capability.GROUP_MEMBERSHIP.toString(), "NATIVE");
        Map<String, String> core = Map.of(Capability.GROUP_MEMBERSHIP.toString(), "EMULATED");
        Map<String, String> none = Map.of(Capability.GROUP_MEMBERSHIP.toString(), "UNSUPPORTED");
        assertThat(verdict(broker)).isEqualTo(Verdict.NOT_TESTED);
        assertThat(verdict(broker, Status.PASS)).isEqualTo(Verdict.PASS);
        assertThat(verdict(broker, Status.PASS, Status.SKIPPED, Status.UNSUPPORTED))
                .isEqualTo(Verdict.PASS);
        assertThat(verdict(core, Status.PASS, Status.SKIPPED)).isEqualTo(Verdict.EMULATED);
        assertThat(verdict(core, Status.PASS, Status.FAIL)).isEqualTo(Verdict.FAIL);
        assertThat(verdict(broker, Status.SKIPPED, Status.SKIPPED)).isEqualTo(Verdict.NOT_TESTED);
        assertThat(verdict(broker, Status.SKIPPED, Status.UNSUPPORTED)).isEqualTo(Verdict.NOT_TESTED);
        assertThat(verdict(broker, Status.UNSUPPORTED, Status.UNSUPPORTED)).isEqualTo(Verdict.UNSUPPORTED);
        assertThat(verdict(none, Status.PASS, Status.UNSUPPORTED)).isEqualTo(Verdict.UNSUPPORTED);
        assertThat(verdict(none)).isEqualTo(Verdict.NOT_TESTED);
    }

    @Test
    void whatCitesNoRuleIsNotLost() {
        SuiteResult result = result(Map.of(), test("Storms", Status.FAIL), test("S1 C9 both", Status.PASS));
        assertThat(result.verdict(Rule.INPUT)).isEqualTo(Verdict.FAIL);
        assertThat(result.verdict(Rule.S1)).isEqualTo(Verdict.PASS);
        assertThat(result.verdict(Rule.C9)).isEqualTo(Verdict.PASS);
        assertThat(report(result).failed()).isTrue();
    }

    @Test
    void aRuleHoldsIfItDoesWhereverItCan() {
        SuiteResult all = result(Map.of(), test("S1 C9 both", Status.PASS));
        SuiteResult cannot = result(Map.of(), test("S1 one", Status.PASS), test("C9 other", Status.UNSUPPORTED));
        SuiteResult untested = result(Map.of(), test("S1 one", Status.PASS));
        SuiteResult wrong = result(Map.of(), test("S1 C9 both", Status.FAIL));
        assertThat(report(all).holding()).isEqualTo(2);
        assertThat(report(all, cannot).holding()).isEqualTo(2);
        assertThat(report(all, untested).holding()).isEqualTo(1);
        assertThat(report(all, wrong).holding()).isZero();
        assertThat(report(cannot).holding()).isEqualTo(1);
        assertThat(report(all, SuiteResult.notTested("x", "", "gone")).holding())
                .isEqualTo(2);
        assertThat(report().holding()).isZero();
    }

    @Test
    void theBadgeIsGreenOnlyIfSomethingHoldsAndNothingFailed() {
        SuiteResult good = result(Map.of(), test("S1 x", Status.PASS));
        assertThat(SuiteBadge.of(report(good))).contains("1 of 2 rules", "#1a7f37");
        assertThat(SuiteBadge.of(report(result(Map.of(), test("S1 x", Status.PASS), test("input x", Status.FAIL)))))
                .contains("1 of 2 rules", "#b3261e")
                .doesNotContain("#1a7f37");
        assertThat(SuiteBadge.of(report(SuiteResult.notTested("x", "", "gone"))))
                .contains("not tested")
                .doesNotContain("#1a7f37");
    }

    @Test
    void thePageNeedsNoNetworkAndNoMessageBreaksIt() {
        String page = SuiteHtml.of(report(
                result(Map.of(), test("S1 <i>", Status.FAIL), test("C9 y", Status.SKIPPED)),
                SuiteResult.notTested("rocketmq", "rocketmq-client 5", "<b>gone</b>")));
        assertThat(page)
                .doesNotContain("http://", "https://", "src=", "href=", "@import", "url(")
                .doesNotContain("<script>alert", "</pre><script>", "<b>gone", "<b>:1", "<i> ")
                .contains("&lt;/pre&gt;&lt;script&gt;alert(&#39;1 &amp; &quot;2&quot;&#39;)&lt;/script&gt;")
                .contains("&lt;b&gt;gone", "broker killed (2)", "kafka-clients 4", "1970-01-01T00:00:00Z", "1.2.3")
                .contains("scope=\"col\"", "scope=\"row\"", "scope=\"rowgroup\"", "prefers-color-scheme: dark");
        assertThat(page.split("<script>", -1)).hasSize(2);
        assertThat(page.split("aria-controls=\"", -1)).hasSize(1 + 3 * 2);
    }

    @Test
    void xmlAndMarkdownTakeAnyMessage() throws Exception {
        SuiteReport report = report(result(
                Map.of(),
                test("S1 " + NASTY, Status.FAIL),
                test("C9 x", Status.UNSUPPORTED),
                test("input y", Status.SKIPPED),
                new SuiteCase("S1 seeded", "a.Test", Status.PASS, 1, "42", "", "")));
        String xml = SuiteXml.of(report, report.brokers().get(0));
        Element suite = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
        assertThat(suite.getAttribute("tests")).isEqualTo("4");
        assertThat(suite.getAttribute("failures")).isEqualTo("1");
        assertThat(suite.getAttribute("skipped")).isEqualTo("2");
        assertThat(suite.getElementsByTagName("failure").item(0).getTextContent())
                .contains("</pre><script>alert", "\ud83d\ude00");
        assertThat(suite.getElementsByTagName("system-out").item(0).getTextContent())
                .isEqualTo("seed 42");

        String page = SuiteMatrix.of(report(
                SuiteResult.notTested("x|y", "", "gone|\naway"),
                report.brokers().get(0)));
        assertThat(page)
                .contains("| x\\|y | NOT TESTED: gone\\| away |", "| S1 | ", " | NOT TESTED | FAIL |")
                .contains("Planned, and not in the table: S11");
    }
}
