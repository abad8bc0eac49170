package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The catalogue, and the tests that cite it. */
class RuleTest {
    @Test
    void aNameCitesTheRulesThatItBeginsWith() {
        assertThat(Rule.cited("C1 S2 x C3")).containsExactly(Rule.C1, Rule.S2);
        assertThat(Rule.cited("input that is wrong")).containsExactly(Rule.INPUT);
        assertThat(Rule.cited("S99 x")).isEmpty();
        assertThat(Rule.cited("INPUT x")).isEmpty();
        assertThat(Rule.cited("")).isEmpty();
    }

    @Test
    void anIdFindsItsRule() {
        assertThat(List.of(Rule.values()))
                .allSatisfy(rule -> assertThat(Rule.find(rule.id())).contains(rule));
        assertThat(Rule.find("X1")).isEmpty();
        assertThat(Rule.built()).contains(Rule.S1, Rule.INPUT).doesNotContain(Rule.S11, Rule.C16);
    }

    @Test
    void everyTestOfTheSuiteCitesRulesThatAreBuilt() {
        TestPlan plan = LauncherFactory.create()
                .discover(LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectPackage("io.waybill.conformance"))
                        .filters(
                                includeClassNamePatterns(".*Conformance"), EngineFilter.includeEngines("junit-jupiter"))
                        .build());
        List<String> names = plan.getRoots().stream()
                .flatMap(root -> plan.getDescendants(root).stream())
                .filter(TestIdentifier::isTest)
                .map(TestIdentifier::getDisplayName)
                .toList();
        assertThat(names)
                .hasSizeGreaterThan(50)
                .allSatisfy(name ->
                        assertThat(Rule.cited(name)).as(name).isNotEmpty().noneMatch(Rule::planned));
    }
}
