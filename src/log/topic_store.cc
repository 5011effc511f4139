// SPDX-License-Identifier: Apache-2.0
// Files: `lock`, `topics.manifest`, `groups.manifest`, and `topics/<name>/<partition>/` with a log
// each. A topic's directories are durable before the manifest names it.
#include "log/topic_store.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "env/durable_directory.h"
#include "log/topic/durable_join.h"
#include "log/topic/group_offsets.h"
#include "log/topic/record_groups.h"
#include "log/topic/store_layout.h"
#include "log/topic/topic.h"

namespace millrace {
namespace {

constexpr int32_t kPartitionsMax = 1024;

}  // namespace

class TopicStore::Implementation {
 public:
  Implementation(Disk* disk, Clock* clock, std::string directory,
                 const TopicStoreSettings& settings)
      : disk_(disk),
        clock_(clock),
        directory_(std::move(directory)),
        settings_(settings),
        scheduler_(settings.sync_threads),
        manifest_(disk, TopicManifestPath(directory_)),
        groups_(disk, &scheduler_, directory_ + "/groups.manifest") {}
  ~Implementation() { (void)groups_.Store(); }

  Status Open();
  std::vector<TopicInfo> ListTopics() const;
  Result<std::shared_ptr<Topic>> Ensure(const std::string& name, int32_t partitions);
  Status Delete(const std::string& name);
  std::shared_ptr<Topic> Find(const std::string& name) const;
  Result<std::shared_ptr<Topic>> Require(const std::string& name) const;
  Result<SegmentedLog*> RequireLog(const std::string& name, int32_t partition,
                                   std::shared_ptr<Topic>* holder) const;

  Result<std::vector<AppendedRange>> Append(const std::string& name,
                                            std::span<const TopicRecordView> records,
                                            const AppendOptions& options, DurableCallback callback);
  void SyncAsync(DurableCallback callback);
  Status Sync();
  /// Calls `each` for every log; the topics stay alive meanwhile.
  void ForEachLog(const std::function<void(TopicPartition*)>& each) const;
  GroupOffsets* groups() { return &groups_; }
  const std::string& directory() const { return directory_; }
  const TopicStoreSettings& settings() const { return settings_; }

 private:
  Result<std::shared_ptr<Topic>> OpenTopic(const TopicEntry& entry, bool create);
  Result<std::shared_ptr<Topic>> Create(const std::string& name, int32_t partitions);
  std::vector<TopicEntry> Entries() const;

  Disk* const disk_;
  Clock* const clock_;
  const std::string directory_;
  const TopicStoreSettings settings_;
  std::unique_ptr<FileLock> lock_;
  SyncScheduler scheduler_;  // outlives the logs
  std::mutex change_mutex_;  // one change of the list of topics at a time
  TopicManifest manifest_;
  GroupOffsets groups_;
  mutable std::shared_mutex topics_mutex_;
  std::map<std::string, std::shared_ptr<Topic>> topics_;
};

// ---------------------------------------------------------------- topics

Status TopicStore::Implementation::Open() {
  TRY(CreateDurableDirectory(disk_, directory_ + "/topics"));
  TRY_ASSIGN(lock_, disk_->Lock(directory_ + "/lock"));
  TRY(groups_.Load());
  TRY_ASSIGN(const auto entries, manifest_.Load());
  if (!entries) {
    TRY_ASSIGN(const auto present, disk_->List(directory_ + "/topics", false));
    if (!present.empty()) {
      return ExternalError("MR0805", "'" + directory_ + "' is damaged",
                           "there are topics, but the file topics.manifest is missing");
    }
    return manifest_.Store({});
  }
  for (const TopicEntry& entry : *entries) {
    TRY_ASSIGN(topics_[entry.name], OpenTopic(entry, /*create=*/false));
  }
  return OkStatus();
}

Result<std::shared_ptr<Topic>> TopicStore::Implementation::OpenTopic(const TopicEntry& entry,
                                                                     bool create) {
  auto topic = std::make_shared<Topic>();
  topic->entry = entry;
  for (int32_t i = 0; i < entry.partitions; ++i) {
    const LogHome home{.disk = disk_,
                       .clock = clock_,
                       .scheduler = &scheduler_,
                       .directory = PartitionDirectory(directory_, entry.name, i),
                       .log_id = PartitionLogId(entry, i)};
    TRY_ASSIGN(auto partition,
               TopicPartition::Open(home, settings_.log, settings_.idempotency_keys_max, create));
    topic->partitions.push_back(std::move(partition));
  }
  return topic;
}

std::vector<TopicEntry> TopicStore::Implementation::Entries() const {
  const std::shared_lock lock(topics_mutex_);
  std::vector<TopicEntry> entries;
  for (const auto& [name, topic] : topics_) entries.push_back(topic->entry);
  return entries;
}

std::vector<TopicInfo> TopicStore::Implementation::ListTopics() const {
  std::vector<TopicInfo> topics;
  for (const TopicEntry& entry : Entries()) topics.push_back(InfoOf(entry));
  return topics;
}

std::shared_ptr<Topic> TopicStore::Implementation::Find(const std::string& name) const {
  const std::shared_lock lock(topics_mutex_);
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<Topic>> TopicStore::Implementation::Require(const std::string& name) const {
  if (auto topic = Find(name)) return topic;
  return UserError("MR0807", "there is no topic '" + name + "' in the embedded log");
}

Result<SegmentedLog*> TopicStore::Implementation::RequireLog(const std::string& name,
                                                             int32_t partition,
                                                             std::shared_ptr<Topic>* holder) const {
  TRY_ASSIGN(*holder, Require(name));
  if (partition < 0 || partition >= (*holder)->entry.partitions) {
    return UserError("MR0807", "topic '" + name + "' has no partition " + std::to_string(partition),
                     "it has " + std::to_string((*holder)->entry.partitions));
  }
  return (*holder)->partitions[static_cast<size_t>(partition)]->log();
}

Result<std::shared_ptr<Topic>> TopicStore::Implementation::Ensure(const std::string& name,
                                                                  int32_t partitions) {
  if (auto topic = Find(name)) return topic;
  const std::lock_guard lock(change_mutex_);
  if (auto topic = Find(name)) return topic;
  return Create(name, partitions == 0 ? settings_.default_partitions : partitions);
}

Result<std::shared_ptr<Topic>> TopicStore::Implementation::Create(const std::string& name,
                                                                  int32_t partitions) {
  if (!IsTopicName(name)) {
    return UserError("MR0807", "'" + name + "' cannot be the name of a topic",
                     "allowed are letters, digits, '.', '_' and '-', at most 249");
  }
  if (partitions < 1 || partitions > kPartitionsMax) {
    return UserError("MR0807", "a topic cannot have " + std::to_string(partitions) + " partitions",
                     "allowed are 1 to " + std::to_string(kPartitionsMax));
  }
  const TopicEntry entry{
      .name = name, .id = manifest_.NextId(name, clock_->WallMillis()), .partitions = partitions};
  // What a crash left of an attempt to create or delete it.
  TRY(disk_->RemoveTree(TopicDirectory(directory_, name)));
  TRY(disk_->CreateDirectories(TopicDirectory(directory_, name)));
  TRY(disk_->SyncDirectory(directory_ + "/topics"));
  TRY_ASSIGN(auto topic, OpenTopic(entry, /*create=*/true));
  std::vector<TopicEntry> entries = Entries();
  entries.push_back(entry);
  TRY(manifest_.Store(entries));
  const std::unique_lock lock(topics_mutex_);
  topics_[name] = topic;
  return topic;
}

Status TopicStore::Implementation::Delete(const std::string& name) {
  const std::lock_guard lock(change_mutex_);
  TRY_ASSIGN(std::shared_ptr<Topic> topic, Require(name));
  std::vector<TopicEntry> entries = Entries();
  std::erase_if(entries, [&](const TopicEntry& entry) { return entry.name == name; });
  TRY(manifest_.Store(entries));
  {
    const std::unique_lock lock_topics(topics_mutex_);
    topics_.erase(name);
  }
  topic.reset();
  groups_.Forget(name);
  TRY(groups_.Store());
  return disk_->RemoveTree(TopicDirectory(directory_, name));
}

// ---------------------------------------------------------------- appending

Result<std::vector<AppendedRange>> TopicStore::Implementation::Append(
    const std::string& name, std::span<const TopicRecordView> records, const AppendOptions& options,
    DurableCallback callback) {
  TRY(CheckIdentity(options.identity));
  TRY_ASSIGN(const std::shared_ptr<Topic> topic, Ensure(name, 0));
  TRY_ASSIGN(const auto groups, GroupByPartition(topic.get(), records, options));
  const auto join = callback ? std::make_shared<DurableJoin>(std::move(callback)) : nullptr;
  std::vector<AppendedRange> ranges;
  for (const auto& [partition, group] : groups) {
    SegmentedLog::Callback part;
    if (join != nullptr) {
      join->Expect();
      part = [join](const Status& durable) { join->Done(durable); };
    }
    const auto appended = topic->partitions[static_cast<size_t>(partition)]->Append(
        group, options.identity, std::move(part));
    // An error leaves the join incomplete: its callback never comes.
    if (!appended) return std::unexpected(appended.error());
    ranges.push_back({.partition = partition,
                      .first_offset = appended->first_offset,
                      .count = appended->count,
                      .duplicate = appended->duplicate});
  }
  topic->Notify();
  if (join != nullptr) join->Done(OkStatus());
  return ranges;
}

void TopicStore::Implementation::ForEachLog(
    const std::function<void(TopicPartition*)>& each) const {
  std::vector<std::shared_ptr<Topic>> topics;
  {
    const std::shared_lock lock(topics_mutex_);
    for (const auto& [name, topic] : topics_) topics.push_back(topic);
  }
  for (const auto& topic : topics) {
    for (const auto& partition : topic->partitions) each(partition.get());
  }
}

void TopicStore::Implementation::SyncAsync(DurableCallback callback) {
  const auto join = std::make_shared<DurableJoin>(std::move(callback));
  ForEachLog([&](TopicPartition* partition) {
    SegmentedLog* log = partition->log();
    const int64_t end = log->end_offset();
    if (log->durable_end() >= end) return;
    join->Expect();
    log->WhenDurable(end, [join](const Status& durable) { join->Done(durable); });
  });
  join->Done(OkStatus());
}

Status TopicStore::Implementation::Sync() {
  if (!scheduler_.has_threads()) {
    Status outcome;
    ForEachLog([&](TopicPartition* partition) {
      const Status synced = partition->log()->Sync();
      if (!synced && outcome) outcome = synced;
    });
    TRY(outcome);
    return groups_.Store();
  }
  std::mutex mutex;
  std::condition_variable done;
  std::optional<Status> outcome;
  SyncAsync([&](const Status& durable) {
    const std::lock_guard lock(mutex);
    outcome = durable;
    done.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return outcome.has_value(); });
  }
  TRY(*outcome);
  return groups_.Store();
}

// ---------------------------------------------------------------- the public face

TopicStore::TopicStore(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
TopicStore::~TopicStore() = default;

Result<std::unique_ptr<TopicStore>> TopicStore::Open(Disk* disk, Clock* clock,
                                                     const std::string& directory,
                                                     const TopicStoreSettings& settings) {
  auto implementation = std::make_unique<Implementation>(disk, clock, directory, settings);
  TRY(implementation->Open());
  return std::unique_ptr<TopicStore>(new TopicStore(std::move(implementation)));
}

std::vector<TopicInfo> TopicStore::ListTopics() const { return implementation_->ListTopics(); }

std::optional<TopicInfo> TopicStore::FindTopic(const std::string& topic) const {
  if (const auto found = implementation_->Find(topic)) return InfoOf(found->entry);
  return std::nullopt;
}

Result<TopicInfo> TopicStore::EnsureTopic(const std::string& topic, int32_t partitions) {
  TRY_ASSIGN(const auto found, implementation_->Ensure(topic, partitions));
  return InfoOf(found->entry);
}

Status TopicStore::DeleteTopic(const std::string& topic) { return implementation_->Delete(topic); }

Status TopicStore::SetRetention(const std::string& topic, const LogRetention& retention) {
  TRY_ASSIGN(const std::shared_ptr<Topic> found, implementation_->Require(topic));
  for (const auto& partition : found->partitions) partition->log()->SetRetention(retention);
  return OkStatus();
}

Result<std::vector<AppendedRange>> TopicStore::Append(const std::string& topic,
                                                      std::span<const TopicRecordView> records,
                                                      const AppendOptions& options,
                                                      DurableCallback callback) {
  return implementation_->Append(topic, records, options, std::move(callback));
}

Status TopicStore::Sync() { return implementation_->Sync(); }
void TopicStore::SyncAsync(DurableCallback callback) {
  implementation_->SyncAsync(std::move(callback));
}

Result<TopicChunk> TopicStore::Read(const std::string& topic, int32_t partition, int64_t offset,
                                    const ReadLimits& limits) const {
  std::shared_ptr<Topic> holder;
  TRY_ASSIGN(const SegmentedLog* log, implementation_->RequireLog(topic, partition, &holder));
  TRY_ASSIGN(LogChunk read,
             log->Read(offset, {.bytes_max = limits.bytes_max, .records_max = limits.records_max}));
  return DecodeChunk(std::move(read));
}

Result<PartitionOffsets> TopicStore::Offsets(const std::string& topic, int32_t partition) const {
  std::shared_ptr<Topic> holder;
  TRY_ASSIGN(const SegmentedLog* log, implementation_->RequireLog(topic, partition, &holder));
  // In this order, so that earliest <= durable <= end whatever goes on meanwhile.
  PartitionOffsets offsets;
  offsets.earliest = log->first_offset();
  offsets.durable = log->durable_end();
  offsets.end = log->end_offset();
  return offsets;
}

Result<std::optional<int64_t>> TopicStore::OffsetForTime(const std::string& topic,
                                                         int32_t partition,
                                                         int64_t timestamp_ms) const {
  std::shared_ptr<Topic> holder;
  TRY_ASSIGN(const SegmentedLog* log, implementation_->RequireLog(topic, partition, &holder));
  return log->OffsetForTime(timestamp_ms);
}

Result<bool> TopicStore::WaitForRecord(const std::string& topic, int32_t partition, int64_t offset,
                                       int64_t timeout_ms) const {
  std::shared_ptr<Topic> holder;
  TRY_ASSIGN(const SegmentedLog* log, implementation_->RequireLog(topic, partition, &holder));
  return log->WaitForRecord(offset, timeout_ms);
}

Result<uint64_t> TopicStore::AddListener(const std::string& topic, std::function<void()> listener) {
  TRY_ASSIGN(const auto found, implementation_->Require(topic));
  return found->AddListener(std::move(listener));
}

void TopicStore::RemoveListener(const std::string& topic, uint64_t id) {
  if (const auto found = implementation_->Find(topic)) found->RemoveListener(id);
}

Status TopicStore::CommitGroup(const std::string& group, std::span<const GroupOffset> offsets) {
  for (const GroupOffset& entry : offsets) {
    implementation_->groups()->Set(group, entry.topic, entry.partition, entry.offset);
  }
  return implementation_->groups()->Store();
}

void TopicStore::CommitGroupLater(const std::string& group, std::span<const GroupOffset> offsets) {
  for (const GroupOffset& entry : offsets) {
    implementation_->groups()->Set(group, entry.topic, entry.partition, entry.offset);
  }
  implementation_->groups()->StoreLater();
}

std::optional<int64_t> TopicStore::CommittedOffset(const std::string& group,
                                                   const std::string& topic,
                                                   int32_t partition) const {
  return implementation_->groups()->Find(group, topic, partition);
}

Status TopicStore::Maintain() {
  Status outcome;
  implementation_->ForEachLog([&](TopicPartition* partition) {
    const Status maintained = partition->log()->Maintain();
    if (!maintained && outcome) outcome = maintained;
  });
  return outcome;
}

TopicStoreStatistics TopicStore::statistics() const {
  TopicStoreStatistics sum;
  implementation_->ForEachLog([&](TopicPartition* partition) {
    const LogStatistics one = partition->log()->statistics();
    sum.bytes += one.bytes;
    sum.unsynced_bytes += one.unsynced_bytes;
    sum.records_appended += one.records_appended;
    sum.syncs += one.syncs;
    sum.damaged_records_skipped += one.damaged_places;
    sum.duplicates += partition->duplicates();
  });
  return sum;
}

Status TopicStore::status() const {
  Status outcome;
  implementation_->ForEachLog([&](TopicPartition* partition) {
    const Status one = partition->log()->status();
    if (!one && outcome) outcome = one;
  });
  return outcome;
}

const std::string& TopicStore::directory() const { return implementation_->directory(); }
const TopicStoreSettings& TopicStore::settings() const { return implementation_->settings(); }

}  // namespace millrace
