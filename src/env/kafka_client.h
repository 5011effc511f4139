// SPDX-License-Identifier: Apache-2.0
// KafkaClients: a Kafka broker as the engine sees it, or something that behaves like one (the
// embedded log of `--local`, the simulator).
//
// Partitions are assigned with explicit offsets, there is no group membership. A client object is
// used by one thread; whatever waits (connections, retries) does so on threads of its own. Only
// KafkaAdmin blocks, within its time-out, and is never used by a shard. An Error with `retryable`
// says "not now"; any other one is final. Transactions: env/kafka_transactions.h.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace millrace {

struct KafkaPartition {
  std::string topic;
  int32_t partition = 0;
  auto operator<=>(const KafkaPartition&) const = default;
};

/// What a client is made from. `properties` have librdkafka's names and were checked against the
/// list of allowed ones; clients that reach no broker ignore them.
struct KafkaConfig {
  std::vector<std::pair<std::string, std::string>> properties;
  std::string group;      // whose committed offsets are read and written; may be empty
  std::string client_id;  // shown in the broker's logs
  /// Called from any thread when a poll that found nothing is worth repeating. May be empty.
  std::function<void()> wake;
};

// ---------------------------------------------------------------- reading

constexpr uint32_t kKafkaNull = std::numeric_limits<uint32_t>::max();
constexpr int64_t kKafkaNoTimestamp = -1;
constexpr int32_t kKafkaNoEpoch = -1;

enum class KafkaTimestampType : int8_t { kNone, kCreateTime, kLogAppendTime };

/// A piece of KafkaRecords::bytes; length kKafkaNull = null.
struct KafkaSlice {
  uint32_t offset = 0;
  uint32_t length = kKafkaNull;
  bool is_null() const { return length == kKafkaNull; }
};

struct KafkaHeader {
  KafkaSlice name;
  KafkaSlice value;
};

/// Records of one partition, appended by Poll; all vectors but the two of headers have one entry
/// per record.
struct KafkaRecords {
  std::string bytes;
  std::vector<KafkaSlice> keys;
  std::vector<KafkaSlice> values;
  std::vector<int64_t> offsets;
  std::vector<int64_t> timestamps;  // milliseconds
  std::vector<KafkaTimestampType> timestamp_types;
  std::vector<int32_t> leader_epochs;
  std::vector<KafkaHeader> headers;   // only if asked for
  std::vector<uint32_t> header_ends;  // end of each record's headers; empty if not asked for

  size_t size() const { return values.size(); }
  std::string_view View(const KafkaSlice& slice) const {
    return slice.is_null() ? std::string_view()
                           : std::string_view(bytes).substr(slice.offset, slice.length);
  }
  KafkaSlice Append(std::string_view text) {
    const KafkaSlice slice{static_cast<uint32_t>(bytes.size()), static_cast<uint32_t>(text.size())};
    bytes.append(text);
    return slice;
  }
};

/// One poll's limits and wishes. Bytes are a soft limit: the last record may pass it.
struct KafkaPollLimits {
  size_t records = 8192;
  size_t bytes = 1 << 20;
  bool keys = true;
  bool headers = false;
};

struct KafkaPolled {
  size_t records = 0;
  /// Set when all that the partition held was returned: the offset that its next record will have.
  std::optional<int64_t> end_offset;
};

class KafkaConsumer {
 public:
  virtual ~KafkaConsumer() = default;
  /// Reads the partition from `offset` on, which must exist or be the end; `leader_epoch` of the
  /// record before it, if known, detects that the log was cut meanwhile. Answers a handle.
  virtual Result<int> Assign(const KafkaPartition& partition, int64_t offset,
                             int32_t leader_epoch) = 0;
  virtual void Unassign(int handle) = 0;
  /// Records at hand, never waits. A partition that is not polled is fetched no further than a
  /// bounded buffer. MR0521: the offset is out of range, or the log was cut.
  virtual Result<KafkaPolled> Poll(int handle, const KafkaPollLimits& limits,
                                   KafkaRecords* records) = 0;
  /// The offset behind the last record that can be read, as last heard of; for display, called
  /// some times a second. Never waits. No value: nothing was heard yet.
  virtual std::optional<int64_t> End(int handle) {
    (void)handle;
    return std::nullopt;
  }
  /// Why nothing comes, if something is wrong that may pass ("broker 1:9092 cannot be reached").
  virtual std::string Waiting() = 0;
};

// ---------------------------------------------------------------- writing

constexpr int32_t kKafkaAnyPartition = -1;

struct KafkaOutputHeader {
  std::string_view name;
  std::optional<std::string_view> value;
};

struct KafkaOutput {
  std::string_view topic;
  int32_t partition = kKafkaAnyPartition;  // any: by the hash of the key as Java's client does
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  int64_t timestamp = kKafkaNoTimestamp;  // none: now
  std::span<const KafkaOutputHeader> headers;
  uint64_t tag = 0;  // comes back with the outcome
};

/// A record that will never be delivered.
struct KafkaUndelivered {
  uint64_t tag = 0;
  std::string topic;
  int32_t partition = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  int64_t timestamp = kKafkaNoTimestamp;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  Error error;  // MR0527: too large, alone or together with its neighbours
};

/// Outcomes since the last time.
struct KafkaOutcomes {
  std::vector<uint64_t> delivered;  // tags
  std::vector<KafkaUndelivered> failed;
};

class KafkaProducer {
 public:
  virtual ~KafkaProducer() = default;
  /// Takes the record, to be sent in order per partition. False: the bounded queue is full, try
  /// again after outcomes have come. MR0527: this record is too large; other errors are final.
  virtual Result<bool> Produce(const KafkaOutput& record) = 0;
  /// Appends outcomes that have come. An error is fatal: nothing will be delivered any more.
  virtual Status Poll(KafkaOutcomes* outcomes) = 0;
  virtual size_t in_flight() = 0;
  virtual std::string Waiting() = 0;
};

// ---------------------------------------------------------------- asking

struct KafkaTopic {
  std::string name;
  std::string id;  // changes when a topic is deleted and made again; empty = unknown
  int32_t partitions = 0;
};

struct KafkaOffsetRange {
  int64_t begin = 0;  // first record that is there
  int64_t end = 0;    // offset of the next record
};

class KafkaAdmin {
 public:
  virtual ~KafkaAdmin() = default;
  /// All topics but internal ones.
  virtual Result<std::vector<KafkaTopic>> ListTopics(int64_t timeout_ms) = 0;
  /// MR0523 if one of them does not exist.
  virtual Result<std::vector<KafkaTopic>> DescribeTopics(std::span<const std::string> names,
                                                         int64_t timeout_ms) = 0;
  virtual Result<std::vector<KafkaOffsetRange>> Ranges(std::span<const KafkaPartition> partitions,
                                                       int64_t timeout_ms) = 0;
  /// First offset whose timestamp is at or after `timestamp`, or the end.
  virtual Result<std::vector<int64_t>> OffsetsForTime(std::span<const KafkaPartition> partitions,
                                                      int64_t timestamp, int64_t timeout_ms) = 0;
  /// Of KafkaConfig::group; no value where nothing was committed.
  virtual Result<std::vector<std::optional<int64_t>>> CommittedOffsets(
      std::span<const KafkaPartition> partitions, int64_t timeout_ms) = 0;
  /// For lag display: does not wait and has no outcome.
  virtual void CommitOffsets(std::span<const std::pair<KafkaPartition, int64_t>> offsets) = 0;
};

// ---------------------------------------------------------------- the seam

class KafkaTransactionalProducer;  // env/kafka_transactions.h
struct KafkaTransactionConfig;

/// Thread-safe. Nothing is connected when a client is made.
class KafkaClients {
 public:
  virtual ~KafkaClients() = default;
  virtual Result<std::unique_ptr<KafkaConsumer>> MakeConsumer(const KafkaConfig& config) = 0;
  virtual Result<std::unique_ptr<KafkaProducer>> MakeProducer(const KafkaConfig& config) = 0;
  virtual Result<std::unique_ptr<KafkaAdmin>> MakeAdmin(const KafkaConfig& config) = 0;
  /// Refused where there are no transactions.
  virtual Result<std::unique_ptr<KafkaTransactionalProducer>> MakeTransactionalProducer(
      const KafkaTransactionConfig& config);
};

/// The real one, on librdkafka.
std::unique_ptr<KafkaClients> MakeRealKafkaClients();

}  // namespace millrace
