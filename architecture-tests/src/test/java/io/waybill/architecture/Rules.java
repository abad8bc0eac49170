package io.waybill.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** The rules, for a root package: {@code io.waybill}, or that of the samples that break them. */
final class Rules {
    private static final String[] BROKER_CLIENTS = {
        "org.apache.kafka..", "org.apache.rocketmq..", "com.rabbitmq..", "kafka..", "scala.."
    };

    private final String root;
    private final List<String> adapters;

    Rules(String root, List<String> adapters) {
        this.root = root;
        this.adapters = adapters.stream().map(this::in).toList();
    }

    private String in(String name) {
        return root + "." + name + "..";
    }

    private DescribedPredicate<JavaClass> core() {
        return resideInAnyPackage(root, in("engine"), in("spi"), in("message"));
    }

    ArchRule coreArrows() {
        return layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("api")
                .definedBy(root)
                .layer("engine")
                .definedBy(in("engine"))
                .layer("spi")
                .definedBy(in("spi"))
                .layer("message")
                .definedBy(in("message"))
                .whereLayer("api")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("engine")
                .mayOnlyBeAccessedByLayers("api")
                .whereLayer("spi")
                .mayOnlyBeAccessedByLayers("api", "engine")
                .whereLayer("message")
                .mayOnlyBeAccessedByLayers("api", "engine", "spi");
    }

    ArchRule noCycles() {
        return slices().matching(root + ".(**)").should().beFreeOfCycles();
    }

    ArchRule coreDependsOnNothingElse() {
        return classes()
                .that(core())
                .should()
                .onlyDependOnClassesThat(core().or(resideInAnyPackage(
                        "java..", "javax.net..", "org.slf4j..", "org.jspecify.annotations..")));
    }

    ArchRule adaptersKnowNoEngine() {
        return noClasses().that(anyAdapter()).should().dependOnClassesThat().resideInAPackage(in("engine"));
    }

    List<ArchRule> adaptersKnowNoOther() {
        return adapters.stream()
                .<ArchRule>map(adapter -> noClasses()
                        .that(resideInAPackage(adapter))
                        .should()
                        .dependOnClassesThat(anyAdapter().and(not(resideInAPackage(adapter)))))
                .toList();
    }

    ArchRule brokerFreeModulesKnowNoBroker() {
        return noClasses()
                .that()
                .resideInAnyPackage(
                        in("interceptors"), in("ledger"), in("stores"), in("conformance"), in("codec"), in("memory"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(BROKER_CLIENTS);
    }

    ArchRule portableModulesKnowNoAdapter() {
        return noClasses()
                .that()
                .resideInAnyPackage(in("interceptors"), in("ledger"), in("stores"), in("conformance"), in("codec"))
                .should()
                .dependOnClassesThat(anyAdapter());
    }

    ArchRule storesKnowTheApiAndTheLedger() {
        return noClasses()
                .that()
                .resideInAPackage(in("stores"))
                .should()
                .dependOnClassesThat(resideInAPackage(root + "..")
                        .and(not(resideInAnyPackage(root, in("message"), in("ledger"), in("stores")))));
    }

    ArchRule noJavaSerialization() {
        return noClasses().should().dependOnClassesThat(assignableTo(ObjectInputStream.class));
    }

    /** Programs may print: the command line, the benchmarks, the examples, and the child JVMs' main classes. */
    ArchRule librariesDoNotPrint() {
        return noClasses()
                .that()
                .resideOutsideOfPackages(in("cli"), in("benchmarks"), in("examples"))
                .and()
                .haveSimpleNameNotEndingWith("Main")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err");
    }

    static ArchRule noSleep() {
        return noClasses()
                .should()
                .callMethodWhere(target(name("sleep"))
                        .and(target(owner(assignableTo(Thread.class).or(assignableTo(TimeUnit.class))))));
    }

    /** What is wrong with the public classes of the adapters: empty if each has one, called something-Adapter. */
    List<String> wrongAdapterFaces(JavaClasses all) {
        List<String> wrong = new ArrayList<>();
        for (String adapter : adapters) {
            Set<String> names = all.stream()
                    .filter(resideInAPackage(adapter))
                    .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC) && type.isTopLevelClass())
                    .map(JavaClass::getSimpleName)
                    .collect(Collectors.toCollection(TreeSet::new));
            if (names.size() != 1 || !names.iterator().next().endsWith("Adapter")) {
                wrong.add(adapter + " " + names);
            }
        }
        return wrong;
    }

    /** The packages with classes that are not null-marked. */
    static Set<String> unmarkedPackages(JavaClasses all) {
        return all.stream()
                .map(JavaClass::getPackage)
                .filter(home -> !home.isAnnotatedWith(NullMarked.class))
                .map(home -> home.getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All rules that ArchUnit evaluates by itself. */
    Collection<ArchRule> all() {
        return Stream.concat(
                        Stream.of(
                                coreArrows(),
                                noCycles(),
                                coreDependsOnNothingElse(),
                                adaptersKnowNoEngine(),
                                brokerFreeModulesKnowNoBroker(),
                                portableModulesKnowNoAdapter(),
                                storesKnowTheApiAndTheLedger(),
                                noJavaSerialization(),
                                librariesDoNotPrint()),
                        adaptersKnowNoOther().stream())
                .toList();
    }

    private DescribedPredicate<JavaClass> anyAdapter() {
        return resideInAnyPackage(adapters.toArray(new String[0])).as("belong to an adapter");
    }
}
