// SPDX-License-Identifier: Apache-2.0
#include "log/local_transactions.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>

#include "log/topic/partitioner.h"

namespace millrace {
namespace {

constexpr std::string_view kPrefix = "__transactions.";
constexpr std::string_view kData = "data";
constexpr std::string_view kCommit = "commit";
constexpr uint64_t kRetentionBytes = 1ull << 30;
/// Below what retention keeps: a transaction must be there as a whole when it is copied.
constexpr uint64_t kTransactionBytesMax = 512ull << 20;
constexpr size_t kPartBytes = 1 << 20;
constexpr size_t kCopyRecords = 1024;
constexpr int64_t kLookBack = 4096;

/// FNV-1a: the same in every build.
uint64_t Hash(std::string_view text) {
  uint64_t hash = 14695981039346656037ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return hash;
}

/// Names of topics have few characters; two ids that differ in others must not share one.
std::string TopicOf(const std::string& id) {
  std::string name(kPrefix);
  bool same = true;
  for (const char c : id) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    name += plain ? c : '_';
    same &= plain;
  }
  constexpr size_t kNameMax = 200;
  if (same && name.size() <= kNameMax) return name;
  name.resize(std::min(name.size(), kNameMax));
  return name + "-" + std::to_string(Hash(id));
}

std::optional<int64_t> Number(std::optional<std::string_view> text) {
  int64_t number = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

std::optional<std::string_view> Header(const TopicRecordView& record, std::string_view name) {
  for (const TopicHeaderView& header : record.headers) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

struct CommitRecord {
  KafkaMark mark;
  int64_t begin = 0;  // of its records
  int64_t at = 0;     // where it lies itself: they end in front of it
};

/// Appends whose durability is waited for.
struct Pending {
  std::mutex mutex;
  int open = 0;
  std::optional<Error> failure;

  static DurableCallback Add(const std::shared_ptr<Pending>& pending) {
    {
      const std::lock_guard lock(pending->mutex);
      ++pending->open;
    }
    return [pending](const Status& durable) {
      const std::lock_guard lock(pending->mutex);
      --pending->open;
      if (!durable && !pending->failure) pending->failure = durable.error();
    };
  }
  void Cancel() {
    const std::lock_guard lock(mutex);
    --open;
  }
};

class LocalTransactionalProducer final : public KafkaTransactionalProducer {
 public:
  LocalTransactionalProducer(TopicStore* store, TopicInfo topic)
      : store_(store),
        topic_(std::move(topic)),
        producer_id_(static_cast<int64_t>(Hash(topic_.name + topic_.id) >> 1)) {}

  Result<bool> Produce(const KafkaOutput& record) override;
  void Init() override;
  Status Begin() override;
  void Flush() override;
  void PutMark(const KafkaPartition&, const KafkaMark& mark) override {
    mark_ = mark;
    Finish({});
  }
  void Commit() override;
  void ReadMark(const KafkaPartition&) override;
  void ReadLimits(std::span<const std::string> topics) override;
  void AwaitEnds(std::span<const std::string>) override { Finish({}); }
  std::optional<KafkaStepResult> Poll() override;
  std::string Waiting() override {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  enum class Step { kIdle, kOver, kCommit, kCopy };

  void Finish(KafkaStepResult result) {
    step_ = Step::kOver;
    result_ = std::move(result);
  }
  void Fail(KafkaStepOutcome outcome, Error error) {
    KafkaStepResult result;
    result.outcome = outcome;
    result.error = std::move(error);
    Finish(std::move(result));
  }
  Result<int32_t> Choose(const KafkaOutput& record);
  Status AppendParts();
  Result<std::optional<CommitRecord>> FindLast() const;
  std::optional<Status> Outcome() const;
  void BeginCopy(CommitRecord commit);
  Status Copy();
  Status CopyGroup(const std::pair<std::string, int32_t>& place);
  void SetWaiting(std::string text) {
    const std::lock_guard lock(mutex_);
    waiting_ = std::move(text);
  }

  TopicStore* store_;
  TopicInfo topic_;
  int64_t producer_id_;

  mutable std::mutex mutex_;  // guards what writers touch, down to waiting_
  struct Part {
    std::string topic;
    std::string partition;
    std::string bytes;
    std::optional<int64_t> timestamp_ms;
  };
  std::vector<Part> parts_;  // not appended yet
  size_t part_bytes_ = 0;
  uint64_t bytes_ = 0;                                  // of the transaction
  std::map<std::string, uint32_t, std::less<>> turns_;  // of records without a key
  std::string waiting_;

  Step step_ = Step::kIdle;
  KafkaStepResult result_;
  KafkaMark mark_;
  int64_t begin_ = 0;
  std::shared_ptr<Pending> pending_;
  // The copy that goes on.
  CommitRecord copying_;
  int64_t next_ = 0;
  struct Group {
    std::vector<std::string> bytes;  // encoded records
    std::vector<std::optional<int64_t>> timestamps;
    int64_t last = 0;  // offset here of the last one
  };
  std::map<std::pair<std::string, int32_t>, Group> groups_;
};

// ---------------------------------------------------------------- writing

Result<int32_t> LocalTransactionalProducer::Choose(const KafkaOutput& record) {
  TRY_ASSIGN(const TopicInfo topic, store_->EnsureTopic(std::string(record.topic)));
  if (record.partition != kKafkaAnyPartition) {
    TRY(store_->Offsets(topic.name, record.partition));
    return record.partition;
  }
  if (record.key) return PartitionOfKey(*record.key, topic.partitions);
  const uint32_t turn = turns_.try_emplace(topic.name, 0).first->second++;
  return static_cast<int32_t>(turn / kCopyRecords % static_cast<uint32_t>(topic.partitions));
}

Result<bool> LocalTransactionalProducer::Produce(const KafkaOutput& record) {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const int32_t partition, Choose(record));
  Part part{.topic = std::string(record.topic), .partition = std::to_string(partition)};
  TopicRecordView view{.key = record.key, .value = record.value};
  for (const KafkaOutputHeader& header : record.headers) {
    view.headers.push_back({header.name, header.value});
  }
  if (record.timestamp >= 0) part.timestamp_ms = record.timestamp;
  EncodeTopicRecord(view, {}, &part.bytes);
  bytes_ += part.bytes.size();
  part_bytes_ += part.bytes.size();
  if (bytes_ > kTransactionBytesMax) {
    return UserError("MR0503", "an epoch has more than 512 MiB for topics of the embedded log", {},
                     "lower 'execution.checkpointing.interval'");
  }
  parts_.push_back(std::move(part));
  if (part_bytes_ >= kPartBytes) TRY(AppendParts());
  return true;
}

/// Under the mutex. Nobody waits for these: the commit's sync holds them, too.
Status LocalTransactionalProducer::AppendParts() {
  if (parts_.empty()) return OkStatus();
  std::vector<TopicRecordView> views;
  for (const Part& part : parts_) {
    TopicRecordView view{.key = kData, .value = part.bytes};
    view.timestamp_ms = part.timestamp_ms;
    view.headers = {{"topic", part.topic}, {"partition", part.partition}};
    views.push_back(std::move(view));
  }
  TRY(store_->Append(topic_.name, views, {.partition = 0}, nullptr));
  parts_.clear();
  part_bytes_ = 0;
  return OkStatus();
}

Status LocalTransactionalProducer::Begin() {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const PartitionOffsets offsets, store_->Offsets(topic_.name, 0));
  begin_ = offsets.end;
  bytes_ = 0;
  return OkStatus();
}

void LocalTransactionalProducer::Flush() {
  const std::lock_guard lock(mutex_);
  if (Status status = AppendParts(); !status) {
    return Fail(KafkaStepOutcome::kUnclear, std::move(status).error());
  }
  Finish({});
}

/// The record that decides. An append that fails is looked up like a commit without an answer.
void LocalTransactionalProducer::Commit() {
  const std::string offset = std::to_string(mark_.offset);
  const std::string begin = std::to_string(begin_);
  TopicRecordView view{.key = kCommit, .value = mark_.text};
  view.headers = {{"offset", offset}, {"begin", begin}};
  pending_ = std::make_shared<Pending>();
  auto appended =
      store_->Append(topic_.name, std::span(&view, 1), {.partition = 0}, Pending::Add(pending_));
  if (!appended) return Fail(KafkaStepOutcome::kUnclear, std::move(appended).error());
  copying_ = {.mark = mark_, .begin = begin_, .at = appended->front().first_offset};
  step_ = Step::kCommit;
}

// ---------------------------------------------------------------- what was decided

Result<std::optional<CommitRecord>> LocalTransactionalProducer::FindLast() const {
  TRY_ASSIGN(const PartitionOffsets offsets, store_->Offsets(topic_.name, 0));
  for (int64_t end = offsets.end; end > offsets.earliest;) {
    const int64_t from = std::max(offsets.earliest, end - kLookBack);
    std::optional<CommitRecord> last;
    for (int64_t at = from; at < end;) {
      TRY_ASSIGN(const TopicChunk chunk, store_->Read(topic_.name, 0, at, {}));
      for (const TopicRecordView& record : chunk.records) {
        if (record.offset >= end || record.key != kCommit) continue;
        const auto mark = Number(Header(record, "offset"));
        const auto begin = Number(Header(record, "begin"));
        if (!mark || !begin) return InternalError("a commit of the embedded log is damaged");
        last = {.mark = {.offset = *mark, .text = std::string(record.value.value_or(""))},
                .begin = *begin,
                .at = record.offset};
      }
      if (chunk.next_offset <= at) break;
      at = chunk.next_offset;
    }
    if (last) return last;
    end = from;
  }
  return std::nullopt;
}

void LocalTransactionalProducer::Init() {
  auto last = FindLast();
  if (!last) return Fail(KafkaStepOutcome::kRefused, std::move(last).error());
  if (!*last) return Finish({});
  BeginCopy(**last);
}

void LocalTransactionalProducer::BeginCopy(CommitRecord commit) {
  next_ = commit.begin;
  copying_ = std::move(commit);
  groups_.clear();
  pending_ = std::make_shared<Pending>();
  step_ = Step::kCopy;
}

/// Batches are the same whenever a transaction is copied. May be called again after an error.
Status LocalTransactionalProducer::Copy() {
  while (next_ < copying_.at) {
    TRY_ASSIGN(const TopicChunk chunk, store_->Read(topic_.name, 0, next_, {}));
    if (chunk.records.empty()) return InternalError("a transaction of the embedded log is gone");
    for (const TopicRecordView& record : chunk.records) {
      if (record.offset < next_ || record.offset >= copying_.at) continue;
      if (record.key == kData) {
        const auto topic = Header(record, "topic");
        const auto partition = Number(Header(record, "partition"));
        if (!topic || !partition) return InternalError("a record of a transaction is damaged");
        const std::pair place(std::string(*topic), static_cast<int32_t>(*partition));
        Group& group = groups_[place];
        if (group.bytes.size() >= kCopyRecords) TRY(CopyGroup(place));
        group.bytes.emplace_back(record.value.value_or(""));
        group.timestamps.push_back(record.timestamp_ms);
        group.last = record.offset;
      }
      next_ = record.offset + 1;
    }
    next_ = std::max(next_, std::min(chunk.next_offset, copying_.at));
  }
  for (auto& [place, group] : groups_) TRY(CopyGroup(place));
  return OkStatus();
}

Status LocalTransactionalProducer::CopyGroup(const std::pair<std::string, int32_t>& place) {
  Group& group = groups_[place];
  if (group.bytes.empty()) return OkStatus();
  std::vector<TopicRecordView> views(group.bytes.size());
  for (size_t i = 0; i < views.size(); ++i) {
    BatchIdentity none;
    TRY(DecodeTopicRecord(group.bytes[i], &views[i], &none));
    views[i].timestamp_ms = group.timestamps[i];
  }
  auto callback = Pending::Add(pending_);
  const auto appended =
      store_->Append(place.first, views,
                     {.partition = place.second,
                      .identity = {.producer_id = producer_id_, .sequence = group.last}},
                     std::move(callback));
  if (!appended) {
    pending_->Cancel();
    return std::unexpected(appended.error());
  }
  group.bytes.clear();
  group.timestamps.clear();
  return OkStatus();
}

/// What came of the appends that are waited for; nullopt: not all are durable.
std::optional<Status> LocalTransactionalProducer::Outcome() const {
  const std::lock_guard lock(pending_->mutex);
  if (pending_->open > 0) return std::nullopt;
  if (pending_->failure) return std::unexpected(*pending_->failure);
  return OkStatus();
}

std::optional<KafkaStepResult> LocalTransactionalProducer::Poll() {
  if (step_ == Step::kCommit) {
    const auto durable = Outcome();
    if (!durable) return std::nullopt;
    if (*durable) {
      BeginCopy(copying_);
    } else {
      Fail(KafkaStepOutcome::kUnclear, durable->error());
    }
  }
  if (step_ == Step::kCopy) {
    Status copied = Copy();
    if (!copied && copied.error().retryable) {
      SetWaiting(copied.error().ToString());
      return std::nullopt;
    }
    SetWaiting("");
    if (copied) {
      const auto durable = Outcome();
      if (!durable) return std::nullopt;
      copied = *durable;
    }
    if (copied) {
      Finish({});
    } else {
      Fail(KafkaStepOutcome::kRefused, copied.error());
    }
  }
  if (step_ != Step::kOver) return std::nullopt;
  step_ = Step::kIdle;
  return std::exchange(result_, {});
}

void LocalTransactionalProducer::ReadMark(const KafkaPartition&) {
  auto last = FindLast();
  if (!last) return Fail(KafkaStepOutcome::kRefused, std::move(last).error());
  KafkaStepResult result;
  if (*last) result.mark = (*last)->mark;
  Finish(std::move(result));
}

void LocalTransactionalProducer::ReadLimits(std::span<const std::string> topics) {
  constexpr int64_t kOverhead = 1024;  // of a record inside a record
  KafkaStepResult result;
  for (const std::string& topic : topics) {
    result.limits.record_bytes_max[topic] =
        static_cast<int64_t>(store_->settings().log.record_bytes_max) - kOverhead;
  }
  Finish(std::move(result));
}

}  // namespace

Result<std::unique_ptr<KafkaTransactionalProducer>> MakeLocalTransactionalProducer(
    TopicStore* store, const KafkaTransactionConfig& config) {
  TRY_ASSIGN(TopicInfo topic, store->EnsureTopic(TopicOf(config.transactional_id), 1));
  TRY(store->SetRetention(topic.name, {.bytes = kRetentionBytes}));
  return std::make_unique<LocalTransactionalProducer>(store, std::move(topic));
}

bool IsInternalTopic(std::string_view topic) { return topic.starts_with(kPrefix); }

}  // namespace millrace
