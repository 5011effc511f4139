// SPDX-License-Identifier: Apache-2.0
// TopicStore: Kafka's topics without Kafka. A directory of topics, each with partitions, each
// partition one SegmentedLog. `--local` tables and HTTP ingest stand on it.
//
// Guarantees. A record is readable as soon as Append has returned; it survives a power loss once
// its callback has come (or Sync returned). Offsets of a partition are dense and ascending, unless
// damage was skipped on purpose. A batch is in a partition as a whole or not at all, also after a
// crash. A failed sync makes that partition read-only for good (the process must restart); a full
// disk only fails appends until there is space again.
//
// Threads: everything is thread-safe. Callbacks run on a sync thread (`sync_threads` = 0: on the
// thread that calls Sync) with no lock held, exactly once, and should be short. Append never waits
// for a sync, except when a segment is full. One process per directory (MR0803).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "env/clock.h"
#include "env/disk.h"
#include "log/log_settings.h"
#include "log/topic/topic_record.h"

namespace millrace {

struct TopicStoreSettings {
  LogSettings log;
  int32_t default_partitions = 4;  // of topics created on first use
  /// Syncs of different partitions that may run at once. 0: none runs by itself, callbacks come
  /// only within Sync() (simulation).
  int sync_threads = 2;
  /// How many recent idempotency keys a partition remembers, also over a restart; 0: none.
  size_t idempotency_keys_max = 65'536;
};

struct TopicInfo {
  std::string name;
  std::string id;  // another one when the topic is deleted and made again
  int32_t partitions = 0;
};

/// Where the records of one Append went, one entry per partition touched.
struct AppendedRange {
  int32_t partition = 0;
  int64_t first_offset = 0;  // of a duplicate: of the batch that was there before
  int64_t count = 0;
  bool duplicate = false;  // known by its BatchIdentity; nothing was appended
};

struct AppendOptions {
  /// nullopt: by the key as Kafka's default partitioner (murmur2); without key by the idempotency
  /// key if there is one, so that a repeat meets its first, else batches take turns.
  std::optional<int32_t> partition;
  BatchIdentity identity;
};

using DurableCallback = std::function<void(const Status& durable)>;

/// What one Read found. Movable; the views in `records` point into `buffer`.
struct TopicChunk {
  std::vector<char> buffer;
  std::vector<TopicRecordView> records;
  int64_t next_offset = 0;  // where to go on
};

struct ReadLimits {
  /// At least one record comes even if it is larger.
  uint64_t bytes_max = 1 << 20;
  size_t records_max = 8192;
};

struct PartitionOffsets {
  int64_t earliest = 0;  // the oldest that retention left
  int64_t end = 0;       // the next to be given
  int64_t durable = 0;   // everything below is on the disk
};

struct GroupOffset {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;  // the next to be read, as in Kafka
};

struct TopicStoreStatistics {
  uint64_t bytes = 0;           // of all segments
  uint64_t unsynced_bytes = 0;  // appended and not yet durable: what back-pressure goes by
  uint64_t records_appended = 0;
  uint64_t syncs = 0;
  uint64_t duplicates = 0;
  uint64_t damaged_records_skipped = 0;
};

class TopicStore {
 public:
  /// Creates the directory if need be, locks it, recovers every partition. Neither is owned.
  static Result<std::unique_ptr<TopicStore>> Open(Disk* disk, Clock* clock,
                                                  const std::string& directory,
                                                  const TopicStoreSettings& settings);
  /// Waits for syncs that run; fails callbacks that wait.
  ~TopicStore();
  TopicStore(const TopicStore&) = delete;
  TopicStore& operator=(const TopicStore&) = delete;

  // Topics. Names are Kafka's: letters, digits, '.', '_', '-', at most 249 (MR0807 else).
  std::vector<TopicInfo> ListTopics() const;
  std::optional<TopicInfo> FindTopic(const std::string& topic) const;
  /// Creates the topic unless it is there; `partitions` 0: the default. An existing topic is
  /// returned as it is.
  Result<TopicInfo> EnsureTopic(const std::string& topic, int32_t partitions = 0);
  Status DeleteTopic(const std::string& topic);
  /// Instead of the store's own, for this run.
  Status SetRetention(const std::string& topic, const LogRetention& retention);

  /// Appends to an existing or, on first use, new topic. The callback comes exactly once if and
  /// only if a value is returned, when all of it is durable (of a duplicate: when the first is).
  /// After an error some partitions may hold their part, as after a crash; a repeat with the same
  /// identity completes it. MR0802: no space now; MR0808: read-only after a failed sync.
  Result<std::vector<AppendedRange>> Append(const std::string& topic,
                                            std::span<const TopicRecordView> records,
                                            const AppendOptions& options, DurableCallback callback);
  /// Makes everything appended so far durable, in all partitions.
  Status Sync();
  void SyncAsync(DurableCallback callback);

  /// Records from `offset` on; none at the end. MR0806: the offset is below the earliest or above
  /// the end. MR0805: the data is damaged.
  Result<TopicChunk> Read(const std::string& topic, int32_t partition, int64_t offset,
                          const ReadLimits& limits) const;
  Result<PartitionOffsets> Offsets(const std::string& topic, int32_t partition) const;
  /// The first offset whose timestamp is not before `timestamp_ms`; nullopt: there is none.
  Result<std::optional<int64_t>> OffsetForTime(const std::string& topic, int32_t partition,
                                               int64_t timestamp_ms) const;
  /// Waits until there is a record at `offset`, at most `timeout_ms` of real time. Never on a
  /// shard.
  Result<bool> WaitForRecord(const std::string& topic, int32_t partition, int64_t offset,
                             int64_t timeout_ms) const;
  /// Called after every append to the topic, on the appender's thread: to wake somebody, no more.
  /// Returns the id to remove it by; after RemoveListener has returned it is called no more.
  Result<uint64_t> AddListener(const std::string& topic, std::function<void()> listener);
  void RemoveListener(const std::string& topic, uint64_t id);

  /// Positions of consumer groups. A commit is durable when it returns.
  Status CommitGroup(const std::string& group, std::span<const GroupOffset> offsets);
  /// Does not wait: visible at once, durable soon, or with the next commit or Sync.
  void CommitGroupLater(const std::string& group, std::span<const GroupOffset> offsets);
  std::optional<int64_t> CommittedOffset(const std::string& group, const std::string& topic,
                                         int32_t partition) const;

  /// Seals segments by age and deletes what retention gives up. Appends do so by themselves when a
  /// segment is full; call it now and then for topics that got quiet.
  Status Maintain();
  TopicStoreStatistics statistics() const;
  /// The first error that made a partition read-only, for health checks.
  Status status() const;
  const std::string& directory() const;
  const TopicStoreSettings& settings() const;

 private:
  class Implementation;
  explicit TopicStore(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace millrace
