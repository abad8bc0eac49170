/**
 * Waybill on Apache Kafka. {@link io.waybill.kafka.KafkaAdapter} is the only public class.
 *
 * <h2>Mapping</h2>
 *
 * A topic, partition, key and header is Kafka's own; a group is a consumer group of the classic protocol with cooperative
 * sticky assignment. The record's value is the body, the header {@code waybill} the packed stamp. Of a header that a
 * foreign record has more than once the last value counts; a null value arrives as no bytes, of a header as of a record.
 * The id of a member is its client id.
 *
 * <h2>Delivery</h2>
 *
 * Sends use {@code acks=all} and the idempotent producer, whose ordered retries are Kafka's own. A message that was not
 * appended to the producer's buffer yet fails definitely; whatever fails later is OUTCOME_UNKNOWN, whatever Kafka says: "not
 * enough replicas", for one, is what the last try met, and one before it may be in the leader's log. A receipt names
 * {@code min(min.insync.replicas, replication factor)} copies, flushed only if {@code flush.messages} is 1; both are read
 * from the topic, again every minute, and are 1 and no if the right to read them (DESCRIBE_CONFIGS) is missing. Where a topic
 * does not set them itself, the brokers of a cluster are taken to have the same defaults.
 *
 * <p>Consumers read committed records only, commit what is settled, never by themselves, and never reset a position.
 *
 * <h2>Limits</h2>
 *
 * <ul>
 *   <li>No topic is created by being asked for, except that a producer whose topic is deleted under it may bring it back
 *       on brokers with {@code auto.create.topics.enable}.
 *   <li>A {@code maxBlock} below a second is a second for the native producer, which looks at topics in that time; it
 *       blocks a helper thread of Waybill's, not the caller.
 *   <li>A producer may hold 256 KiB per partition and request under way, besides the messages themselves; fewer with
 *       {@code producerProperty("batch.size", ...)}.
 *   <li>A log that was truncated by an unclean leader election and has grown over the group's position again is not
 *       noticed after a restart of the consumer.
 *   <li>{@code topics()} leaves out names that start with {@code __}.
 *   <li>Control logs are topics of one partition, {@code waybill.*}; they need the rights to create, describe, write and read them.
 * </ul>
 *
 * TLS is on unless all brokers are loopback addresses, host names are verified, and logins are SASL PLAIN or SCRAM.
 * Settings, as parameters of the URI: {@code tls}, {@code insecure}, {@code tls.truststore},
 * {@code tls.truststore.password}, {@code tls.keystore}, {@code tls.keystore.password}, {@code tls.key.password},
 * {@code sasl.mechanism}, {@code user}, {@code password}, {@code request.timeout}, {@code max.poll.interval}; {@code acks} and {@code enable.idempotence} are printed, and refuse other values.
 *
 * <h2>Versions</h2>
 *
 * Built on and tested with kafka-clients 4.4.0 and brokers of that version; brokers from 2.1 on speak its protocol.
 *
 * <h2>Unwrap</h2>
 *
 * The adapter gives {@link org.apache.kafka.clients.admin.Admin}; a producer its
 * {@link org.apache.kafka.clients.producer.KafkaProducer}, of the moment, since one that breaks is replaced; a consumer its
 * {@link org.apache.kafka.clients.consumer.KafkaConsumer}, which only Waybill's polling thread may use.
 */
@NullMarked
package io.waybill.kafka;

import org.jspecify.annotations.NullMarked;
