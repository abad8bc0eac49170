package io.waybill.rocketmq;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import io.waybill.spi.StoreFile;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one adapter. RocketMQ's client has TLS settings for the whole JVM only, trusts everybody by default and never
 * looks at host names; so its context is replaced by this one, which verifies the chain and the name.
 */
final class Tls {
    private final Settings settings;
    private final SslContext context;
    private volatile @Nullable Throwable lastFailure;

    Tls(Settings settings) {
        this.settings = settings;
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .endpointIdentificationAlgorithm("HTTPS");
        try {
            trust(builder);
            identify(builder);
            this.context = builder.build();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw RocketMqSettings.invalid("The TLS settings cannot be used: " + e.getMessage());
        }
    }

    /** What the client makes its connections with. */
    SslContext context() {
        return new PerHost(context);
    }

    /** Why a handshake failed last; RocketMQ's client only says that a connection ended. */
    @Nullable
    Throwable lastFailure() {
        return lastFailure;
    }

    private void trust(SslContextBuilder builder) throws IOException, GeneralSecurityException {
        StoreFile file = file(RocketMqSettings.TRUST_STORE);
        if (file != null) {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(file.load(settings.find(RocketMqSettings.TRUST_STORE_PASSWORD)));
            builder.trustManager(factory);
        }
    }

    private void identify(SslContextBuilder builder) throws IOException, GeneralSecurityException {
        StoreFile file = file(RocketMqSettings.KEY_STORE);
        if (file == null) {
            return;
        }
        String keyPassword = settings.find(RocketMqSettings.KEY_PASSWORD);
        if (file.type() == StoreFile.Type.PEM) {
            File both = file.path().toFile();
            builder.keyManager(both, both, keyPassword);
            return;
        }
        String storePassword = settings.find(RocketMqSettings.KEY_STORE_PASSWORD);
        String password = keyPassword == null ? storePassword : keyPassword;
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(file.load(storePassword), password == null ? null : password.toCharArray());
        builder.keyManager(factory);
    }

    private @Nullable StoreFile file(Setting<String> setting) {
        String name = settings.find(setting);
        return name == null ? null : StoreFile.of(setting, name);
    }

    /** Gives out handlers that take the place of themselves, once they know the host. */
    private final class PerHost extends SslContext {
        private final SslContext target;

        PerHost(SslContext target) {
            this.target = target;
        }

        @Override
        protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls) {
            return new UntilConnect(target, target.newEngine(allocator));
        }

        @Override
        public boolean isClient() {
            return true;
        }

        @Override
        public List<String> cipherSuites() {
            return target.cipherSuites();
        }

        @Override
        @SuppressWarnings("deprecation") // the method is the class's own
        public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
            return target.applicationProtocolNegotiator();
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator) {
            return target.newEngine(allocator);
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
            return target.newEngine(allocator, host, port);
        }

        @Override
        public SSLSessionContext sessionContext() {
            return target.sessionContext();
        }
    }

    /** The client asks for a handler before it knows where to; without a name none could be verified. */
    private final class UntilConnect extends SslHandler {
        private final SslContext target;

        UntilConnect(SslContext target, SSLEngine unused) {
            super(unused);
            this.target = target;
        }

        @Override
        public void connect(
                ChannelHandlerContext here, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            InetSocketAddress address = (InetSocketAddress) remote;
            SslHandler named = target.newHandler(here.alloc(), address.getHostString(), address.getPort());
            var unused = named.handshakeFuture().addListener(handshake -> {
                if (!handshake.isSuccess()) {
                    lastFailure = handshake.cause();
                }
            });
            here.pipeline().replace(this, here.name(), named);
            var unusedToo = here.pipeline().context(named).connect(remote, local, promise);
        }
    }
}
