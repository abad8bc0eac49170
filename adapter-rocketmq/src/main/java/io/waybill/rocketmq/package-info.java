/**
 * Waybill on Apache RocketMQ, by its remoting protocol. {@link io.waybill.rocketmq.RocketMqAdapter} is the only public class.
 *
 * <h2>Mapping</h2>
 *
 * A topic is a topic, a group a consumer group; RocketMQ's names have no {@code .}, so it stands as {@code |} there and a
 * native {@code |} is read as {@code .}. A partition is a message queue. Which queue is which number is recorded at the name
 * servers when the topic is created, or first used, as RocketMQ's order configuration: {@code brokerA:4;brokerB:4} are eight
 * partitions in this order. A queue whose broker is away keeps its number; sends to it fail UNAVAILABLE and go nowhere else.
 * Queues that native tools add to a recorded topic are not seen.
 *
 * <p>The body is the message's body. The key stands in {@code KEYS}, a header as a user property of its name, the packed
 * stamp as base64 in {@code waybill}. What is not plain text (UTF-8 without control characters; in a key, without spaces) or
 * is empty stands as {@code ~} and its base64, and a header whose name RocketMQ uses itself as {@code ~} and its name; so every
 * byte comes back, native tools read what is text, and no header can forge a system property. Of foreign messages
 * {@code KEYS} as it stands is the key, and all properties that are not RocketMQ's own are headers. Each message gets a
 * {@code UNIQ_KEY}, by which RocketMQ's tools find it. The id of a member is its client id.
 *
 * <h2>Delivery</h2>
 *
 * Each queue has one request under way at a time, since a broker's threads change the order of several; the messages that
 * come meanwhile are the next batch. Nothing is sent twice by the adapter, except that a batch which the broker refused as too
 * large is sent in parts. {@code SEND_OK} is a receipt; {@code FLUSH_DISK_TIMEOUT}, {@code FLUSH_SLAVE_TIMEOUT},
 * {@code SLAVE_NOT_AVAILABLE}, {@code SYSTEM_ERROR}, timeouts and lost connections are OUTCOME_UNKNOWN; what the broker
 * turned away, and what never left, is a definite failure. No topic comes into being by being sent to, whatever
 * {@code autoCreateTopicEnable} says.
 *
 * <p>A receipt is flushed if {@code flushDiskType} is {@code SYNC_FLUSH}, and names one copy, or {@code inSyncReplicas} if
 * {@code brokerRole} is {@code SYNC_MASTER} ({@code minInSyncReplicas} in controller mode with {@code allAckInSyncStateSet};
 * two on brokers of version 4). These are read from the brokers, again every minute, and are one and no if they cannot be.
 * RocketMQ's defaults confirm what one broker holds in memory.
 *
 * <p>Members share a group's queues by Waybill's coordinator, over a topic {@code waybill|members|<group>} of one queue, and
 * the broker's queue lock sees to it that each has one owner. Locks are renewed every 5 s; a member that could not for 50 s
 * takes them for lost, and the broker gives them to others after 60 s (its system property
 * {@code rocketmq.broker.rebalance.lockMaxLiveTime} must not be less). So after a crash the others take over within about a
 * minute, whatever the session is. Positions are RocketMQ's consumer offsets, written by one request at a time per queue and
 * again after a broker came back; the broker itself writes them to disk every 5 s. A position that the broker does not hold
 * is told, never moved.
 *
 * <p>Requests for messages wait at the broker until something comes. A broker gives 32 messages or 256 KiB at a time
 * unless its {@code maxTransferCountOnMessageInMemory} and {@code maxTransferBytesOnMessageInMemory} (and, for what is read
 * from disk, {@code maxTransferCountOnMessageInDisk} and {@code maxTransferBytesOnMessageInDisk}) are raised; with 1024 and
 * 4 MiB a fast consumer is faster by far.
 *
 * <h2>Limits</h2>
 *
 * <ul>
 *   <li>All properties of a message take at most 32,000 bytes, base64 included: very many tiny headers are refused before
 *       they are sent, although their sum is within Waybill's own bound.
 *   <li>A body above the broker's {@code maxMessageSize} (4 MiB) is refused.
 *   <li>{@code copies} of a new topic are the brokers' matter: more than they make is UNSUPPORTED.
 *   <li>Topics of type BatchCQ, static topics, native transactions, delays and tags are not used; messages that native
 *       producers sent with tags or compressed are read.
 *   <li>A lock cannot be looked at: to find a queue that nobody serves, members lock and unlock it for a moment under another
 *       name.
 *   <li>Positions of a topic that is deleted are left behind by brokers of version 4.
 *   <li>The right to read broker settings, to make topics and groups, and to write the name servers' records is needed where
 *       these are used; a member that may not ask brokers for their state can be given, at a start at the end, what was confirmed
 *       a moment before; the group {@code TOOLS_CONSUMER}, which every broker has, reads control logs and looks up times.
 *   <li>RocketMQ's own client writes files into the user's home. With this adapter it does not, and its warnings go to the
 *       application's log as {@code org.apache.rocketmq.client}, unless the application has set {@code rocketmq.log.root},
 *       {@code rmq.logback.configurationFile} or brings an {@code rmq.logback.xml}, or has used that client before.
 * </ul>
 *
 * <h2>Settings</h2>
 *
 * TLS is on unless all name servers are loopback addresses; it holds for name servers and brokers alike. RocketMQ's client
 * knows TLS settings for the whole JVM only, trusts every certificate by default and never looks at host names: this adapter
 * does not use them ({@code tls.*} system properties change nothing) but its own, per adapter, with the chain and the host
 * name verified. Brokers are named by the name server, mostly by IP address, which their certificates must then contain.
 * Without TLS, brokers on other machines are refused unless {@code insecure=true}. A login signs each request to a broker
 * with RocketMQ's access and secret key; name servers have no login.
 *
 * <p>As parameters of the URI: {@code tls}, {@code insecure}, {@code tls.truststore}, {@code tls.truststore.password},
 * {@code tls.keystore}, {@code tls.keystore.password}, {@code tls.key.password}, {@code user}, {@code password},
 * {@code request.timeout}.
 *
 * <h2>Versions</h2>
 *
 * Built on rocketmq-client 5.5.0 and tested with brokers of that version; the requests it makes are those of brokers from 4.9
 * on.
 *
 * <h2>Unwrap</h2>
 *
 * Neither RocketMQ's producer nor its consumers are used, which choose queues, repeat and share out by themselves, but the
 * client below them: adapter, producers and consumers each give their
 * {@link org.apache.rocketmq.client.impl.MQClientAPIImpl}.
 */
@NullMarked
package io.waybill.rocketmq;

import org.jspecify.annotations.NullMarked;
