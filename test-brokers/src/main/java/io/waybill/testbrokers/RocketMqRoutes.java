package io.waybill.testbrokers;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** What a RocketMQ name server knows, asked for in its own protocol without its client. */
final class RocketMqRoutes {
    private static final int MILLIS = 3_000;
    private static final String QUESTION = "{\"code\":105,\"language\":\"OTHER\",\"version\":0,\"opaque\":1,\"flag\":0,"
            + "\"extFields\":{\"topic\":\"%s\"}}";

    private RocketMqRoutes() {}

    /**
     * Whether a name server on this port of 127.0.0.1 knows at which brokers a topic is; false also if it does not answer
     * within 3 s.
     */
    static boolean known(int port, String topic) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), MILLIS);
            byte[] header = QUESTION.formatted(topic).getBytes(StandardCharsets.UTF_8);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(Integer.BYTES + header.length);
            out.writeInt(header.length); // its first byte says how the header is written: 0 is JSON
            out.write(header);
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = in.readNBytes(in.readInt());
            return new String(answer, StandardCharsets.UTF_8).contains("\"brokerAddrs\"");
        } catch (IOException e) {
            return false;
        }
    }
}
