package io.waybill.testbrokers;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * The register of a RabbitMQ node, which says where its quorum queues and streams are. The node writes it some seconds late: if
 * it is killed before, a queue comes back empty.
 */
final class RabbitMqRegister {
    private static final int SAVE_MILLIS = 3_000;
    private static final int SAVED = 1;
    /** Waits in the node until all queues that elect a leader have one. */
    static final String AWAIT_LEADERS = """
            Led = fun(Q) -> case amqqueue:get_type(Q) of
                rabbit_quorum_queue -> case catch ra:members(amqqueue:get_pid(Q), 200) of
                    {ok, _, {_, _}} -> true; _ -> false end;
                rabbit_stream_queue -> (catch is_process_alive(amqqueue:get_pid(Q))) =:= true;
                _ -> true end end,
            End = erlang:monotonic_time(millisecond) + 30000,
            Queues = fun() -> rabbit_amqqueue:list()
                ++ lists:append([rabbit_amqqueue:list_down(V) || V <- rabbit_vhost:list_names()]) end,
            Wait = fun Wait() -> case lists:dropwhile(Led, Queues()) of
                [] -> all_led;
                [Q | _] -> case erlang:monotonic_time(millisecond) < End of
                    true -> timer:sleep(20), Wait();
                    false -> {no_leader, amqqueue:get_name(Q)} end end end,
            Wait().
            """;

    private RabbitMqRegister() {}

    /**
     * What a node evaluates to listen for {@link #save}: Erlang without blanks, for the server's script splits it there.
     *
     * @param address where to listen, as Erlang writes it
     */
    static String saver(String address, int port) {
        return "spawn(fun()->{ok,L}=gen_tcp:listen(" + port + ",[{ip," + address + "},{reuseaddr,true}]),"
                + "F=fun(F)->{ok,S}=gen_tcp:accept(L),[(catch(dets:sync(T)))||T<-dets:all()],gen_tcp:send(S,[" + SAVED
                + "]),gen_tcp:close(S),F(F)end,F(F)end)";
    }

    /**
     * Returns when the node whose saver listens on this port of 127.0.0.1 has written its register: some milliseconds.
     *
     * @throws IOException if it did not within 3 s
     */
    static void save(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(SAVE_MILLIS);
            InetAddress here = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            socket.connect(new InetSocketAddress(here, port), SAVE_MILLIS);
            if (socket.getInputStream().read() != SAVED) {
                throw new EOFException("The node did not say that it has saved");
            }
        }
    }

    /**
     * Takes the answer to {@link #AWAIT_LEADERS}.
     *
     * @throws IllegalStateException if a queue has no leader
     */
    static void requireLed(String answer) {
        if (!answer.equals("all_led")) {
            throw new IllegalStateException("A queue has no leader: " + answer);
        }
    }
}
