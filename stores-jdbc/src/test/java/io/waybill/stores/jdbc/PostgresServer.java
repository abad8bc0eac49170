package io.waybill.stores.jdbc;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL in a folder. It refuses to run as root: then it runs in a user namespace of its own or, where none can be
 * had (as in most containers), as nobody.
 */
final class PostgresServer {
    private static final int NOBODY = 65_534;

    private PostgresServer() {}

    static ServerProcess start(Path folder) throws Exception {
        Path binaries = folder.resolve("postgresql");
        unpack(binaries);
        Path data = Files.createDirectory(folder.resolve("data"));
        File log = folder.resolve("log").toFile();
        List<String> user = ordinaryUser();
        if (user.contains("setpriv")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setAttribute(data, "unix:uid", NOBODY);
        }
        ServerProcess.run(
                command(
                        user,
                        binaries,
                        "initdb",
                        "-D",
                        "" + data,
                        "-U",
                        "postgres",
                        "-A",
                        "trust",
                        "-E",
                        "UTF8",
                        "--no-locale"),
                log);
        int port = Ports.free();
        return ServerProcess.start(
                command(
                        user,
                        binaries,
                        "postgres",
                        "-D",
                        "" + data,
                        "-p",
                        "" + port,
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories="),
                log,
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres");
    }

    private static List<String> command(List<String> user, Path binaries, String program, String... arguments) {
        return Stream.of(
                        user.stream(),
                        Stream.of(binaries.resolve("bin").resolve(program).toString()),
                        Stream.of(arguments))
                .flatMap(part -> part)
                .toList();
    }

    private static List<String> ordinaryUser() throws Exception {
        if (!ServerProcess.isRoot()) {
            return List.of();
        }
        return new ProcessBuilder("unshare", "-U", "true").start().waitFor() == 0
                ? List.of("unshare", "-U")
                : List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
    }

    private static void unpack(Path binaries) throws IOException {
        try (InputStream packed = PostgresServer.class.getResourceAsStream("/postgres-linux-x86_64.txz");
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = binaries.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, target);
                    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
            }
        }
    }
}
