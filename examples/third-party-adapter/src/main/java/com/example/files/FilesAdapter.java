package com.example.files;

import io.waybill.message.Capabilities;
import io.waybill.message.Capability;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.Support;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.AdminOperations;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.ControlLogs;
import io.waybill.spi.Receiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Waybill over a folder.
 *
 * <p>Created by {@code Waybill.connect("files:/some/folder")}; safe for use by many threads; ends with its connection.
 */
public final class FilesAdapter implements Adapter {
    private static final Setting<Boolean> FLUSH = Setting.bool("flush", true);

    private final Settings settings;
    private final Folder folder;
    private final FilesAdmin admin;
    private final FilesControlLogs controlLogs;

    private FilesAdapter(Path root, Settings settings) {
        this.settings = settings;
        this.folder = new Folder(root, settings.get(FLUSH));
        this.admin = new FilesAdmin(folder);
        this.controlLogs = new FilesControlLogs(folder);
    }

    // snippet provider
    /** Makes adapters for {@code files:} URIs; named in META-INF/services/io.waybill.spi.AdapterProvider. */
    public static final class Provider implements AdapterProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String scheme() {
            return "files";
        }

        @Override
        public List<Setting<?>> settings() {
            return List.of(FLUSH);
        }

        @Override
        public Adapter create(ConnectionUri uri, Settings settings) {
            if (!uri.hosts().isEmpty() || uri.path().isEmpty()) {
                throw new MessagingException(ErrorKind.INVALID, "Name a folder and no host, as in files:/some/folder");
            }
            return new FilesAdapter(Path.of(uri.path()), settings);
        }
    }
    // snippet end

    @Override
    public String name() {
        return "files";
    }

    @Override
    public String endpoint() {
        return "files:" + folder.root;
    }

    // snippet capabilities
    @Override
    public Capabilities capabilities() {
        return Capabilities.none() // so a start at a time is refused
                .with(Capability.GROUP_MEMBERSHIP, Support.EMULATED)
                .with(Capability.CONTROL_LOG, Support.NATIVE)
                .with(Capability.TOPIC_STORAGE, Support.NATIVE)
                .with(Capability.START_FIRST, Support.NATIVE)
                .with(Capability.START_LATEST, Support.NATIVE)
                .with(Capability.RESET_POSITIONS, Support.NATIVE);
    }
    // snippet end

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public void connect(Duration timeout) throws IOException {
        folder.check();
    }

    @Override
    public Sender openSender(SenderOptions options) {
        return new FilesSender(folder, admin, options.producer());
    }

    @Override
    public Receiver openReceiver(ReceiverOptions options) throws IOException {
        return new FilesReceiver(folder, options);
    }

    @Override
    public AdminOperations admin() {
        return admin;
    }

    @Override
    public Optional<ControlLogs> controlLogs() {
        return Optional.of(controlLogs);
    }

    // snippet classify
    @Override
    public ErrorKind classify(Throwable failure) {
        if (failure instanceof FilesException known) {
            return known.kind();
        }
        if (failure instanceof NoSuchFileException) {
            return ErrorKind.NOT_FOUND;
        }
        if (failure instanceof AccessDeniedException) {
            return ErrorKind.UNAUTHORIZED;
        }
        return failure instanceof IOException ? ErrorKind.UNAVAILABLE : ErrorKind.INTERNAL;
    }
    // snippet end

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return type == Path.class ? Optional.of(type.cast(folder.root)) : Optional.empty();
    }

    @Override
    public void close() {
        // holds nothing
    }
}
