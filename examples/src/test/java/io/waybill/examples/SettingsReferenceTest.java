package io.waybill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Waybill;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** docs/reference/settings.md names every setting there is. */
class SettingsReferenceTest {
    @Test
    void namesEverySetting() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Waybill waybill = Waybill.connect("memory:")) {
            waybill.effectiveConfig().lines().forEach(line -> names.add(line.substring(0, line.indexOf(' '))));
        }
        for (AdapterProvider provider : ServiceLoader.load(AdapterProvider.class)) {
            provider.settings().stream().map(Setting::name).forEach(names::add);
        }
        assertThat(names).contains("send.timeout", "shape", "sasl.mechanism");
        String page = Files.readString(Path.of("../docs/reference/settings.md"));
        assertThat(names).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }
}
