package io.waybill.rocketmq;

import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.impl.ClientRemotingProcessor;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.apache.rocketmq.remoting.InvokeCallback;
import org.apache.rocketmq.remoting.RemotingClient;
import org.apache.rocketmq.remoting.exception.RemotingConnectException;
import org.apache.rocketmq.remoting.netty.NettyClientConfig;
import org.apache.rocketmq.remoting.netty.NettyRemotingClient;
import org.apache.rocketmq.remoting.netty.ResponseFuture;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.jspecify.annotations.Nullable;

/**
 * Connections to name servers and brokers: RocketMQ's client below its producers and consumers, which share out queues,
 * retry and choose queues by themselves. Callbacks come on the one thread that reads the connections, and must not block.
 */
final class Remote implements AutoCloseable {
    private static final int CONNECT_MILLIS = 3_000;

    private final RocketMqSettings settings;
    private final MQClientAPIImpl api;
    private final RemotingClient client;
    private final Set<String> allowed = ConcurrentHashMap.newKeySet();

    Remote(RocketMqSettings settings) {
        this.settings = settings;
        ClientConfig config = new ClientConfig();
        config.setVipChannelEnabled(false);
        NettyClientConfig netty = new NettyClientConfig();
        netty.setUseTLS(false); // else the client looks for settings of the whole JVM
        netty.setConnectTimeoutMillis((int) Math.min(CONNECT_MILLIS, settings.requestMillis()));
        netty.setScanAvailableNameSrv(false);
        netty.setClientWorkerThreads(1);
        netty.setClientCallbackExecutorThreads(1);
        netty.setDisableCallbackExecutor(true);
        netty.setDisableNettyWorkerGroup(true);
        this.api = new MQClientAPIImpl(
                netty, new Deaf(), settings.signer(), config, null, arguments -> new Client(netty, settings.tls()));
        this.client = api.getRemotingClient();
        client.updateNameServerAddressList(new ArrayList<>(settings.nameServers()));
        api.start();
    }

    /** What RocketMQ's client can do by itself. */
    MQClientAPIImpl api() {
        return api;
    }

    long timeout() {
        return settings.requestMillis();
    }

    /** Asks and waits; null for whichever name server answers. Fails if the answer is no. */
    RemotingCommand call(@Nullable String address, RemotingCommand request) throws Exception {
        return call(address, request, timeout());
    }

    RemotingCommand call(@Nullable String address, RemotingCommand request, long millis) throws Exception {
        RemotingCommand response = client.invokeSync(checked(address), request, millis);
        if (response.getCode() != ResponseCode.SUCCESS) {
            throw refusal(response, address);
        }
        return response;
    }

    /** Asks; the callback is called once, perhaps before this returns. */
    void ask(String address, RemotingCommand request, long millis, InvokeCallback callback) {
        try {
            client.invokeAsync(checked(address), request, millis, callback);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            callback.operationFail(new RemotingConnectException(address, e));
        } catch (Exception e) {
            callback.operationFail(e);
        }
    }

    /** Asks; fails if the answer is no. */
    CompletableFuture<RemotingCommand> ask(String address, RemotingCommand request, long millis) {
        CompletableFuture<RemotingCommand> answer = new CompletableFuture<>();
        ask(address, request, millis, new Answer() {
            @Override
            public void operationSucceed(RemotingCommand response) {
                if (response.getCode() == ResponseCode.SUCCESS) {
                    answer.complete(response);
                } else {
                    answer.completeExceptionally(refusal(response, address));
                }
            }

            @Override
            public void operationFail(Throwable failure) {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    /** Lets go of a connection on which nothing came for long: the network may have forgotten it. */
    void reconnect(String address) {
        client.closeChannels(List.of(address));
    }

    private @Nullable String checked(@Nullable String address) {
        if (address == null || allowed.contains(address)) {
            return address;
        }
        if (!settings.allows(address)) {
            throw RocketMqSettings.invalid("The name server names a broker at " + address
                    + ", to which everything would be sent unprotected. Use tls=true, or say insecure=true if that"
                    + " network is safe.");
        }
        allowed.add(address);
        return address;
    }

    static MQBrokerException refusal(RemotingCommand response, @Nullable String address) {
        return new MQBrokerException(
                response.getCode(), response.getRemark(), address == null ? "the name server" : address);
    }

    static <T> T await(CompletableFuture<T> future, long millis) throws Exception {
        try {
            return future.get(Math.max(0, millis), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new IOException("The broker did not answer within " + millis + " ms", e);
        }
    }

    /** Does not wait: one of the client's threads looks only every three seconds whether it is to end. */
    @Override
    public void close() {
        Thread closer = new Thread(api::shutdown, "waybill-rocketmq-close");
        closer.setDaemon(true);
        closer.start();
    }

    /** The part of a callback that is not needed. */
    abstract static class Answer implements InvokeCallback {
        @Override
        public final void operationComplete(ResponseFuture future) {}
    }

    /** With TLS of its own. */
    private static final class Client extends NettyRemotingClient {
        Client(NettyClientConfig config, @Nullable Tls tls) {
            super(config);
            if (tls != null) {
                sslContext = tls.context();
                config.setUseTLS(true);
            }
        }
    }

    /** Brokers tell of members, transactions and resets; nobody here waits for that. */
    private static final class Deaf extends ClientRemotingProcessor {
        @SuppressWarnings("NullAway") // what it would be for is not called
        Deaf() {
            super(null);
        }

        @Override
        public @Nullable RemotingCommand processRequest(ChannelHandlerContext context, RemotingCommand request) {
            return request.isOnewayRPC()
                    ? null
                    : RemotingCommand.createResponseCommand(
                            ResponseCode.REQUEST_CODE_NOT_SUPPORTED, "A client of Waybill does not do that");
        }

        @Override
        public boolean rejectRequest() {
            return false;
        }
    }
}
