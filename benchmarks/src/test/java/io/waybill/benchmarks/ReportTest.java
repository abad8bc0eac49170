package io.waybill.benchmarks;

import static io.waybill.benchmarks.Invented.OURS;
import static io.waybill.benchmarks.Invented.THEIRS;
import static io.waybill.benchmarks.Invented.rates;
import static io.waybill.benchmarks.Invented.scenario;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
    private static final List<Target> TARGETS =
            List.of(Target.ratioAtLeast(Metric.RATE, OURS, THEIRS, 0.9), Target.atLeast(Metric.RATE, OURS, 1_000_000));
    private static final String HOSTILE = "<script>\"a\" & 'b'</script>";

    private static Results results() {
        Results results = new Results(scenario(TARGETS, THEIRS, THEIRS + " again", OURS));
        results.add(rates(THEIRS, 1_000, THEIRS + " again", 990, OURS, 950));
        results.add(rates(THEIRS, 1_000, THEIRS + " again", 1_010, OURS, 960));
        return results;
    }

    private static Report report(Results... results) {
        Report report = new Report();
        List.of(results).forEach(report::add);
        return report;
    }

    private static String printed(Results results) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Report.print(results, new PrintStream(out, true, UTF_8));
        return out.toString(UTF_8);
    }

    private static JsonNode json(Report report) {
        return JsonMapper.shared().readTree(report.json());
    }

    private static Document page(Report report) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(ReportHtml.page(report))));
    }

    private static List<Element> elements(Document page, String name, String cssClass) {
        List<Element> found = new ArrayList<>();
        NodeList all = page.getElementsByTagName(name);
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            if (List.of(element.getAttribute("class").split(" ", -1)).contains(cssClass)) {
                found.add(element);
            }
        }
        return found;
    }

    // --- the table

    @Test
    void theTableSaysWhichTargetsAreMet() {
        assertThat(printed(results()).lines())
                .anySatisfy(line -> assertThat(line)
                        .contains("rate: waybill / native", ">= 0.9 x")
                        .endsWith("  met"))
                .anySatisfy(line -> assertThat(line)
                        .contains("rate: waybill ", ">= 1000000")
                        .endsWith("NOT MET"))
                .anySatisfy(line ->
                        assertThat(line).contains("native again / native").endsWith("the same against itself"));
    }

    @Test
    void theTableSaysWhatFailedAndWhy() {
        Results results = results();
        results.failed(OURS, "17 messages were lost");
        assertThat(printed(results)).contains("FAILED: 17 messages were lost", "nothing measured", "NOT MET");
        assertThat(printed(results)).doesNotContain("  met", "NaN");
    }

    @Test
    void theTableSaysHowManyRoundsWereRepeated() {
        Results results = results();
        assertThat(printed(results)).contains("medians of 2 samples").doesNotContain("repeated");
        results.reject();
        assertThat(printed(results)).contains("medians of 2 samples", "1 rounds repeated");
    }

    // --- JSON

    @Test
    void everyLineOfTheJsonHasTheSameFields() {
        Results failed = new Results(scenario("kafka-failed", "failed", TARGETS, THEIRS, OURS));
        failed.add(rates(THEIRS, 1));
        failed.failed(OURS, "why");
        JsonNode lines = json(report(results(), failed)).get("scenarios");
        assertThat(lines.size()).isEqualTo(3 + 2 + 1 + 1 + 2);
        assertThat(lines)
                .allSatisfy(line -> assertThat(line.propertyNames())
                        .containsExactly(
                                "id",
                                "broker",
                                "arm",
                                "baseline",
                                "metric",
                                "value",
                                "unit",
                                "ratio",
                                "low",
                                "high",
                                "target",
                                "met"));
    }

    @Test
    void theJsonHasWhatWasComparedAndHow() {
        JsonNode line = json(report(results())).get("scenarios").get(3);
        assertThat(line.get("id").asString()).isEqualTo("kafka-made-up");
        assertThat(line.get("broker").asString()).isEqualTo("kafka");
        assertThat(line.get("arm").asString()).isEqualTo(OURS);
        assertThat(line.get("baseline").asString()).isEqualTo(THEIRS);
        assertThat(line.get("metric").asString()).isEqualTo("rate");
        assertThat(line.get("value").doubleValue()).isEqualTo(955);
        assertThat(line.get("unit").asString()).isEqualTo("msg/s");
        assertThat(line.get("ratio").doubleValue()).isEqualTo(0.955);
        assertThat(line.get("low").doubleValue()).isEqualTo(0.95);
        assertThat(line.get("high").doubleValue()).isEqualTo(0.96);
        assertThat(line.get("target").asString()).isEqualTo(">= 0.9 x");
        assertThat(line.get("met").booleanValue()).isTrue();
    }

    @Test
    void theJsonHasEverySampleAndFailure() {
        Results results = results();
        results.reject();
        results.failed(OURS, "why");
        JsonNode samples = json(report(results)).get("samples").get("kafka-made-up");
        assertThat(samples.get("rejected rounds").intValue()).isEqualTo(1);
        assertThat(samples.get("failed").get(OURS).asString()).isEqualTo("why");
        assertThat(samples.get("arms").get(THEIRS).get(1).get("rate").doubleValue())
                .isEqualTo(1_000);
    }

    @Test
    void whatIsNoNumberIsNullInTheJson() {
        Results results = new Results(scenario(TARGETS, THEIRS, THEIRS + " again", OURS));
        results.add(rates(THEIRS, 0, THEIRS + " again", 0, OURS, 5));
        results.add(rates(THEIRS, 1, THEIRS + " again", Double.NaN, OURS, 5));
        Report report = report(results, new Results(scenario("kafka-nothing", "", TARGETS, THEIRS, OURS)));
        assertThat(report.json()).doesNotContain("NaN", "Infinity");
        assertThat(json(report).get("scenarios")).anySatisfy(line -> {
            assertThat(line.get("id").asString()).isEqualTo("kafka-nothing");
            assertThat(line.get("value").isNull()).isTrue();
            assertThat(line.get("met").booleanValue()).isFalse();
        });
    }

    // --- the page

    @Test
    void thePageOfEverythingIsWellFormedAndHasEveryScenarioInASectionOfItsOwn() throws Exception {
        Report report = Invented.everything();
        assertThat(elements(page(report), "section", "scenario"))
                .extracting(section -> section.getAttribute("id"))
                .containsExactlyElementsOf(
                        Scenarios.all().stream().map(Scenario::id).toList());
        assertThat(ReportHtml.page(report)).doesNotContain("NaN", "null", "Infinity");
    }

    @Test
    void thePageNeedsNoScriptAndNoOtherFile() {
        assertThat(ReportHtml.page(Invented.everything()))
                .doesNotContain("<script", "<link", "<img", "@import", "url(", "src=");
    }

    @Test
    void everyTargetIsALineThatLeadsToItsScenario() throws Exception {
        Report report = Invented.everything();
        Document page = page(report);
        NodeList links = page.getElementsByTagName("a");
        long targets =
                Scenarios.all().stream().mapToLong(one -> one.targets().size()).sum();
        assertThat(links.getLength()).isEqualTo((int) targets);
        List<String> ids = Scenarios.all().stream().map(one -> "#" + one.id()).toList();
        for (int i = 0; i < links.getLength(); i++) {
            assertThat(ids).contains(((Element) links.item(i)).getAttribute("href"));
        }
    }

    @Test
    void thePageHasABarForEachArmAndADotForEachSample() throws Exception {
        Document page = page(report(results()));
        assertThat(elements(page, "rect", "bar")).hasSize(3);
        assertThat(elements(page, "circle", "dot")).hasSize(6);
        assertThat(elements(page, "div", "ours")).hasSize(1);
        assertThat(elements(page, "div", "theirs")).hasSize(2);
    }

    @Test
    void thePageHasAPointForEachRatioAndATickForItsTarget() throws Exception {
        Document page = page(report(results()));
        assertThat(elements(page, "circle", "median")).hasSize(2);
        assertThat(elements(page, "line", "tick")).hasSize(1);
        assertThat(elements(page, "rect", "noise")).hasSize(1);
        assertThat(elements(page, "p", "tally").get(0).getTextContent()).isEqualTo("1 of 2 targets are met.");
    }

    @Test
    void aFailedArmIsNamedWithItsReasonAndHasNoBar() throws Exception {
        Results results = results();
        results.failed(OURS, "17 messages were lost");
        Document page = page(report(results));
        assertThat(elements(page, "rect", "bar")).hasSize(2);
        assertThat(elements(page, "div", "ours")).isEmpty();
        assertThat(elements(page, "td", "failure")).hasSize(1);
        assertThat(elements(page, "ul", "failure").get(0).getTextContent())
                .contains("kafka-made-up, waybill: 17 messages were lost");
        assertThat(elements(page, "p", "tally").get(0).getTextContent()).isEqualTo("0 of 2 targets are met.");
    }

    @Test
    void aSampleFarBeyondTheOthersDoesNotMakeTheBarsSmall() throws Exception {
        Results results = new Results(scenario(List.of(), THEIRS));
        List.of(100, 100, 100, 100, 90_000).forEach(rate -> results.add(rates(THEIRS, rate)));
        Document page = page(report(results));
        assertThat(elements(page, "circle", "dot")).hasSize(4);
        assertThat(elements(page, "text", "beyond")).hasSize(1);
        String width = elements(page, "rect", "bar").get(0).getAttribute("width");
        assertThat(Double.parseDouble(width.replace("%", ""))).isBetween(40.0, 100.0);
    }

    @Test
    void aTextIsTextWhateverItHolds() throws Exception {
        Results results = new Results(scenario("kafka-" + HOSTILE, HOSTILE, TARGETS, THEIRS, HOSTILE, OURS));
        results.add(rates(THEIRS, 1_000, HOSTILE, 990, OURS, 950));
        results.failed(THEIRS, HOSTILE + "\u001b[31m\u0000");
        Report report = report(results);
        report.environment().put(HOSTILE, HOSTILE);
        Document page = page(report);
        assertThat(page.getElementsByTagName("script").getLength()).isZero();
        assertThat(page.getElementsByTagName("h3").item(0).getTextContent()).isEqualTo("kafka-" + HOSTILE);
        assertThat(elements(page, "td", "failure").get(0).getTextContent())
                .isEqualTo("FAILED: " + HOSTILE + "\ufffd[31m\ufffd");
    }

    @Test
    void aPageOfNothingSaysSo() throws Exception {
        assertThat(page(report()).getDocumentElement().getTextContent()).contains("0 of 0 targets", "has none");
    }

    @Test
    void bothFilesAreWrittenToAFolderThatIsMade(@TempDir Path folder) throws IOException {
        Report report = report(results());
        Path inner = folder.resolve("a/b");
        report.write(inner);
        assertThat(inner.resolve("bench.json")).hasContent(report.json());
        assertThat(Files.readString(inner.resolve("bench.html"))).isEqualTo(ReportHtml.page(report));
    }
}
