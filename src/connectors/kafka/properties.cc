// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/properties.h"

#include <algorithm>
#include <map>

#include "connectors/kafka/security.h"
#include "data/option_text.h"

namespace millrace {
namespace {

constexpr std::string_view kPrefix = "properties.";

enum Roles { kBoth, kReads, kWrites, kIgnored, kSecurity };

struct Property {
  const char* key;      // Java's name
  const char* rdkafka;  // librdkafka's; empty = the same
  Roles roles;
  const char* help;
};

constexpr Property kProperties[] = {
    {"client.id", "", kBoth, "Name in the broker's logs and quotas."},
    {"client.rack", "", kReads, "Rack to read from the nearest replica."},
    {"client.dns.lookup", "", kBoth, "How names of brokers are resolved."},
    {"connections.max.idle.ms", "", kBoth, "Idle connections are closed after this long."},
    {"metadata.max.age.ms", "", kBoth, "Metadata of the cluster is older than this never."},
    {"reconnect.backoff.ms", "", kBoth, "First wait before a broker is tried again."},
    {"reconnect.backoff.max.ms", "", kBoth, "Longest wait before a broker is tried again."},
    {"retry.backoff.ms", "", kBoth, "First wait before a request is repeated."},
    {"retry.backoff.max.ms", "", kBoth, "Longest wait before a request is repeated."},
    {"socket.connection.setup.timeout.ms", "", kBoth, "Limit of one attempt to connect."},
    {"socket.timeout.ms", "", kBoth, "Limit of one request."},
    {"socket.keepalive.enable", "", kBoth, "TCP keep-alive."},
    {"socket.nagle.disable", "", kBoth, "TCP_NODELAY."},
    {"send.buffer.bytes", "socket.send.buffer.bytes", kBoth, "TCP send buffer."},
    {"receive.buffer.bytes", "socket.receive.buffer.bytes", kBoth, "TCP receive buffer."},
    {"broker.address.family", "", kBoth, "any, v4 or v6."},
    {"allow.auto.create.topics", "", kWrites, "Whether writing makes a topic that is missing."},
    {"check.crcs", "", kReads, "Checks the sum of every record batch; on by default."},
    {"isolation.level", "", kReads, "read_committed (default) or read_uncommitted."},
    {"fetch.min.bytes", "", kReads, "The broker answers once it has this much."},
    {"fetch.max.bytes", "", kReads, "Most that one answer holds."},
    {"fetch.max.wait.ms", "fetch.wait.max.ms", kReads, "The broker answers after this long."},
    {"fetch.error.backoff.ms", "", kReads, "Wait after a fetch that failed."},
    {"max.partition.fetch.bytes", "", kReads, "Most that one answer holds of a partition."},
    {"queued.min.messages", "", kReads, "Records fetched ahead per partition."},
    {"queued.max.messages.kbytes", "", kReads, "KiB fetched ahead per partition; 16384."},
    {"acks", "", kWrites, "Replicas that must have a record; all by default."},
    {"enable.idempotence", "", kWrites, "No duplicates by retries; on by default."},
    {"linger.ms", "", kWrites, "Wait for more records of a request; 1 by default."},
    {"batch.size", "", kWrites, "Bytes of one request per partition."},
    {"batch.num.messages", "", kWrites, "Records of one request per partition."},
    {"compression.type", "", kWrites, "none, gzip, snappy, lz4 or zstd."},
    {"compression.level", "", kWrites, "Level of the compression."},
    {"max.request.size", "message.max.bytes", kWrites, "Largest record and request."},
    {"message.max.bytes", "", kWrites, "Largest record and request."},
    {"max.in.flight.requests.per.connection", "", kWrites, "At most 5 with idempotence."},
    {"retries", "", kWrites, "How often a record is sent again."},
    {"request.timeout.ms", "", kWrites, "Time the broker has for a record."},
    {"queue.buffering.max.messages", "", kWrites, "Records that may wait for the broker."},
    {"queue.buffering.max.kbytes", "", kWrites, "KiB that may wait for the broker."},
    {"sticky.partitioning.linger.ms", "", kWrites, "How long records without key stay together."},
    // Read by ourselves, or without meaning here: partitions are assigned, not subscribed.
    {"group.id", "", kIgnored, "Group whose offsets are read and, for display, committed."},
    {"auto.offset.reset", "", kIgnored, "Start of group-offsets where nothing was committed."},
    {"commit.offsets.on.checkpoint", "", kIgnored, "false: offsets are not shown in the group."},
    {"enable.auto.commit", "", kIgnored, "Accepted for Flink; offsets belong to epochs."},
    {"auto.commit.interval.ms", "", kIgnored, "Accepted for Flink; has no effect."},
    {"session.timeout.ms", "", kIgnored, "Accepted for Flink; there is no group membership."},
    {"heartbeat.interval.ms", "", kIgnored, "Accepted for Flink; there is no group membership."},
    {"max.poll.interval.ms", "", kIgnored, "Accepted for Flink; there is no group membership."},
    {"max.poll.records", "", kIgnored, "Accepted for Flink; batches adapt to the load."},
    {"partition.assignment.strategy", "", kIgnored, "Accepted for Flink; has no effect."},
    {"group.instance.id", "", kIgnored, "Accepted for Flink; there is no group membership."},
    {"partition.discovery.interval.ms", "", kIgnored,
     "Accepted for Flink; use scan.topic-partition-discovery.interval."},
    {"key.serializer", "", kIgnored, "Accepted for Flink; formats do this."},
    {"value.serializer", "", kIgnored, "Accepted for Flink; formats do this."},
    {"key.deserializer", "", kIgnored, "Accepted for Flink; formats do this."},
    {"value.deserializer", "", kIgnored, "Accepted for Flink; formats do this."},
    {"delivery.timeout.ms", "", kIgnored, "Accepted for Flink; a record waits for its broker."},
    {"default.api.timeout.ms", "", kIgnored, "Accepted for Flink; has no effect."},
    {"transaction.timeout.ms", "", kIgnored,
     "The broker ends a transaction of exactly-once that is open for longer; 60000."},
    {"buffer.memory", "", kIgnored, "Accepted for Flink; queue.buffering.max.kbytes does this."},
    // Translated together in security.cc.
    {"security.protocol", "", kSecurity, "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."},
    {"sasl.mechanism", "", kSecurity, "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER."},
    {"sasl.jaas.config", "", kSecurity, "User and password as Java writes them."},
    {"sasl.username", "", kSecurity, "User, if not in sasl.jaas.config."},
    {"sasl.password", "", kSecurity, "Password, if not in sasl.jaas.config."},
    {"sasl.oauthbearer.token.endpoint.url", "", kSecurity, "HTTPS address that gives tokens."},
    {"sasl.oauthbearer.client.id", "", kSecurity, "Client of the token endpoint."},
    {"sasl.oauthbearer.client.secret", "", kSecurity, "Secret for the token endpoint."},
    {"sasl.oauthbearer.scope", "", kSecurity, "Scope asked for."},
    {"sasl.oauthbearer.extensions", "", kSecurity, "Extensions sent to the broker."},
    {"sasl.login.callback.handler.class", "", kSecurity, "Java's OAuth handler; others refused."},
    {"ssl.endpoint.identification.algorithm", "", kSecurity, "https (default), or empty."},
    {"ssl.ca.location", "", kSecurity, "PEM file of the authorities that are trusted."},
    {"ssl.ca.pem", "", kSecurity, "The same as text."},
    {"ssl.certificate.location", "", kSecurity, "PEM file of the client's certificate."},
    {"ssl.certificate.pem", "", kSecurity, "The same as text."},
    {"ssl.key.location", "", kSecurity, "PEM file of the client's key."},
    {"ssl.key.pem", "", kSecurity, "The same as text."},
    {"ssl.key.password", "", kSecurity, "Password of the key."},
    {"ssl.cipher.suites", "", kSecurity, "Ciphers that may be used."},
    {"ssl.truststore.type", "", kSecurity, "PEM; JKS is refused with the way out."},
    {"ssl.truststore.location", "", kSecurity, "PEM file, with ssl.truststore.type PEM."},
    {"ssl.truststore.certificates", "", kSecurity, "PEM text of the authorities."},
    {"ssl.truststore.password", "", kSecurity, "Not needed with PEM."},
    {"ssl.keystore.type", "", kSecurity, "PEM or PKCS12; JKS is refused with the way out."},
    {"ssl.keystore.location", "", kSecurity, "PEM or PKCS12 file of certificate and key."},
    {"ssl.keystore.password", "", kSecurity, "Password of a PKCS12 file."},
    {"ssl.keystore.certificate.chain", "", kSecurity, "PEM text of the client's certificate."},
    {"ssl.keystore.key", "", kSecurity, "PEM text of the client's key."},
};

bool IsSecret(std::string_view key) {
  return key.ends_with("password") || key.ends_with("secret") || key.ends_with("jaas.config") ||
         key.ends_with("key.pem") || key.ends_with("keystore.key");
}

bool AppliesTo(Roles roles, KafkaRole role) {
  switch (roles) {
    case kBoth: return true;
    case kReads: return role == KafkaRole::kConsumer;
    case kWrites: return role == KafkaRole::kProducer;
    case kIgnored:
    case kSecurity: return false;
  }
  return false;
}

}  // namespace

std::vector<OptionSpec> KafkaPropertySpecs() {
  std::vector<OptionSpec> specs = {
      {.key = "properties.bootstrap.servers",
       .required = true,
       .help = "Brokers to begin with: host:port, separated by commas."}};
  for (const Property& property : kProperties) {
    specs.push_back({.key = std::string(kPrefix) + property.key,
                     .secret = IsSecret(property.key),
                     .help = property.help});
  }
  return specs;
}

Result<std::vector<std::pair<std::string, std::string>>> TranslateKafkaProperties(
    const Options& options, KafkaRole role) {
  std::vector<std::pair<std::string, std::string>> translated = {
      {"bootstrap.servers", options.GetString("properties.bootstrap.servers")}};
  std::map<std::string, std::string> security;
  for (const Property& property : kProperties) {
    const auto value = options.FindString(std::string(kPrefix) + property.key);
    if (!value) continue;
    if (property.roles == kSecurity) security[property.key] = *value;
    if (!AppliesTo(property.roles, role)) continue;
    translated.emplace_back(*property.rdkafka != 0 ? property.rdkafka : property.key, *value);
  }
  TRY_ASSIGN(const auto secured, TranslateKafkaSecurity(security));
  translated.insert(translated.end(), secured.begin(), secured.end());
  return translated;
}

}  // namespace millrace
