package io.waybill.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The BOM has no parent, so nothing but this test keeps it and the build together. */
final class BomTest {
    private final Path root = Project.root();

    @Test
    void lists_every_published_jar() throws Exception {
        Set<String> published = new TreeSet<>();
        NodeList modules = Project.pom(root).getElementsByTagName("module");
        for (int i = 0; i < modules.getLength(); i++) {
            Document pom = Project.pom(root.resolve(modules.item(i).getTextContent()));
            boolean jar = pom.getElementsByTagName("packaging").getLength() == 0;
            if (jar && pom.getElementsByTagName("maven.deploy.skip").getLength() == 0) {
                published.add(child(pom.getDocumentElement(), "artifactId"));
            }
        }
        Set<String> listed = new TreeSet<>(managed("io.waybill").keySet());
        assertThat(published).contains("waybill-sdk-api");
        assertThat(listed).isEqualTo(published);
    }

    @Test
    void has_the_parents_version_and_clients() throws Exception {
        Document parent = Project.pom(root);
        Document bom = Project.pom(root.resolve("bom"));
        assertThat(child(bom.getDocumentElement(), "version")).isEqualTo(child(parent.getDocumentElement(), "version"));
        assertThat(managed("org.apache.kafka"))
                .containsEntry(
                        "kafka-clients",
                        parent.getElementsByTagName("kafka.version").item(0).getTextContent());
    }

    private Map<String, String> managed(String group) throws Exception {
        Map<String, String> versions = new LinkedHashMap<>();
        NodeList dependencies = Project.pom(root.resolve("bom")).getElementsByTagName("dependency");
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            if (child(dependency, "groupId").equals(group)) {
                versions.put(child(dependency, "artifactId"), child(dependency, "version"));
            }
        }
        return versions;
    }

    private static String child(Element parent, String name) {
        NodeList children = parent.getChildNodes();
        for (int i = 0; i < children.getLength(); i++) {
            if (children.item(i).getNodeName().equals(name)) {
                return children.item(i).getTextContent();
            }
        }
        return "";
    }
}
