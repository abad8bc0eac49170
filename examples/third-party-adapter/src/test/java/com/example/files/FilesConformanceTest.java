package com.example.files;

import io.waybill.conformance.ConformanceTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.platform.suite.api.ConfigurationParametersResource;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

// snippet suite
/** Waybill's conformance suite on this adapter; named in META-INF/services/io.waybill.conformance.ConformanceTarget. */
@Suite
@SelectPackages("io.waybill.conformance")
@IncludeClassNamePatterns(".*Conformance")
@ConfigurationParametersResource("io/waybill/conformance/side-by-side.properties")
public final class FilesConformanceTest implements ConformanceTarget {
    private Path folder;

    @Override
    public String name() {
        return "files";
    }

    @Override
    public void start() throws Exception {
        folder = Files.createTempDirectory("files-conformance");
    }

    @Override
    public String uri() {
        return "files:" + folder;
    }

    @Override
    public Optional<String> unreachableUri() {
        return Optional.of(uri() + "/nowhere");
    }

    @Override
    public Duration session() {
        return Duration.ofSeconds(1); // what a killed process held is free at once
    }

    @Override
    public Duration slowHandling() {
        return session().multipliedBy(3);
    }

    @Override
    public boolean freezes() {
        return false; // a frozen process keeps the locks that it holds
    }

    @Override
    public void stop() throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(file -> file.delete());
        }
    }
}
// snippet end
