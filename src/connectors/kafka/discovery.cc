// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/discovery.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/time_units.h"
#include "connectors/kafka/position.h"

namespace millrace {
namespace {

constexpr int64_t kPauseMax = 2000;
/// A look at the cluster while the pipeline runs: it holds up epochs if the broker is away.
constexpr int64_t kLookMillis = 1000;
constexpr int64_t kCheckNanos = 10000 * kMilli;
constexpr int kMissedMax = 3;
constexpr int64_t kCommitNanos = 1000 * kMilli;

std::unexpected<Error> MadeAgain(const std::string& topic) {
  Error error{.code = "MR0525",
              .domain = ErrorDomain::kExternal,
              .message = "topic '" + topic + "' was deleted and made again",
              .detail = "the offsets read so far are those of the topic that is gone",
              .hint = "start afresh (--fresh) to read the new topic"};
  return std::unexpected(std::move(error));
}

}  // namespace

BrokerWait::BrokerWait(const TableContext& table)
    : table_(table), began_(table.env.clock->MonotonicNanos()) {}

Status BrokerWait::OnFailure(const Error& error) {
  const int64_t waited = (table_.env.clock->MonotonicNanos() - began_) / kMilli;
  const int64_t limit = table_.services.connect_timeout_ms;
  const std::string text = "table '" + table_.table + "' waits for Kafka (" +
                           table_.options.GetString("properties.bootstrap.servers") +
                           "): " + error.detail;
  if (limit > 0 && waited >= limit) {
    return ExternalError("MR0522",
                         "no Kafka broker answered within " + std::to_string(limit) + " ms", text);
  }
  if (table_.services.stopping && table_.services.stopping()) {
    return ExternalError("MR0522", "stopped while waiting for a Kafka broker", text);
  }
  if (text != said_) {
    said_ = text;
    if (table_.services.on_waiting) {
      table_.services.on_waiting(text);
    } else if (table_.env.error != nullptr) {
      (void)table_.env.error->Write(text + "\n");
    }
  }
  table_.env.clock->SleepNanos(pause_ms_ * kMilli);
  pause_ms_ = std::min(pause_ms_ * 2, kPauseMax);
  return OkStatus();
}

Result<std::vector<Split>> KafkaDiscovery::Discover() {
  const int64_t now = table_.env.clock->MonotonicNanos();
  if (admin_ == nullptr) {
    if (table_.env.kafka == nullptr) return InternalError("this process has no Kafka client");
    TRY_ASSIGN(const KafkaConfig config, MakeKafkaConfig(table_, settings_, KafkaRole::kAdmin));
    TRY_ASSIGN(admin_, table_.env.kafka->MakeAdmin(config));
    TRY(FindFirst());
  } else if (settings_.discovery_interval_ms > 0 && now >= next_look_) {
    TRY(FindNew());
  } else if (!settings_.end && now >= next_check_) {
    TRY(CheckTopicsNow());
  }
  if (now >= next_check_) next_check_ = now + kCheckNanos;
  if (now >= next_look_) next_look_ = now + settings_.discovery_interval_ms * kMilli;
  return splits_;
}

Status KafkaDiscovery::FindFirst() {
  TRY_ASSIGN(const auto topics, AwaitBroker(table_, [&](int64_t ms) { return Topics(ms); }));
  TRY_ASSIGN(const auto partitions, TakeNew(topics));
  TRY_ASSIGN(const auto starts, AwaitBroker(table_, [&](int64_t ms) {
               return Resolve(settings_.startup, partitions, /*is_end=*/false, ms);
             }));
  std::vector<int64_t> stops;
  if (settings_.end) {
    TRY_ASSIGN(stops, AwaitBroker(table_, [&](int64_t ms) {
                 return Resolve(*settings_.end, partitions, /*is_end=*/true, ms);
               }));
  }
  AddSplits(partitions, starts, stops);
  return OkStatus();
}

/// A partition that comes later is read from its beginning. A broker that is away is asked again.
Status KafkaDiscovery::FindNew() {
  auto topics = Topics(kLookMillis);
  if (!topics) return OnTopicsUnknown(topics.error());
  missed_ = 0;
  TRY_ASSIGN(const auto partitions, TakeNew(*topics));
  if (partitions.empty()) return OkStatus();
  auto starts = Resolve({.mode = KafkaOffsetMode::kEarliest}, partitions, false, kLookMillis);
  if (!starts) {
    for (const KafkaPartition& partition : partitions) known_.erase(partition);
    return starts.error().retryable ? OkStatus() : std::unexpected(std::move(starts).error());
  }
  AddSplits(partitions, *starts, {});
  return OkStatus();
}

Status KafkaDiscovery::CheckTopicsNow() {
  const auto topics = Topics(kLookMillis);
  if (!topics) return OnTopicsUnknown(topics.error());
  missed_ = 0;
  for (const KafkaTopic& topic : *topics) {
    const auto id = topic_ids_.find(topic.name);
    if (id != topic_ids_.end() && id->second != topic.id) return MadeAgain(topic.name);
  }
  return OkStatus();
}

/// Rights may come back, and a broker that is away; what is lost is said by the reader.
Status KafkaDiscovery::OnTopicsUnknown(const Error& error) {
  if (error.code == "MR0523" && ++missed_ < kMissedMax) return OkStatus();
  if (error.retryable || error.code == "MR0524") return OkStatus();
  return std::unexpected(error);
}

Result<std::vector<KafkaTopic>> KafkaDiscovery::Topics(int64_t timeout_ms) {
  if (settings_.topic_pattern.empty()) return admin_->DescribeTopics(settings_.topics, timeout_ms);
  TRY_ASSIGN(std::vector<KafkaTopic> topics, admin_->ListTopics(timeout_ms));
  const re2::RE2 pattern(settings_.topic_pattern, re2::RE2::Quiet);
  std::erase_if(topics,
                [&](const KafkaTopic& topic) { return !re2::RE2::FullMatch(topic.name, pattern); });
  return topics;
}

Result<std::vector<KafkaPartition>> KafkaDiscovery::TakeNew(const std::vector<KafkaTopic>& topics) {
  std::vector<KafkaPartition> found;
  for (const KafkaTopic& topic : topics) {
    const auto [id, added] = topic_ids_.try_emplace(topic.name, topic.id);
    if (!added && id->second != topic.id) {
      return MadeAgain(topic.name);
    }
    for (int32_t partition = 0; partition < topic.partitions; ++partition) {
      if (partition % table_.copy.count != table_.copy.index) continue;
      KafkaPartition candidate{topic.name, partition};
      if (known_.insert(candidate).second) found.push_back(std::move(candidate));
    }
  }
  std::ranges::sort(found);
  return found;
}

Result<std::vector<int64_t>> KafkaDiscovery::Resolve(const KafkaOffsetChoice& choice,
                                                     const std::vector<KafkaPartition>& partitions,
                                                     bool is_end, int64_t timeout_ms) {
  std::vector<int64_t> offsets;
  if (partitions.empty()) return offsets;
  switch (choice.mode) {
    case KafkaOffsetMode::kGroupOffsets: return ResolveGroup(partitions, is_end, timeout_ms);
    case KafkaOffsetMode::kTimestamp:
      return admin_->OffsetsForTime(partitions, choice.timestamp_ms, timeout_ms);
    case KafkaOffsetMode::kSpecific: break;
    case KafkaOffsetMode::kEarliest:
    case KafkaOffsetMode::kLatest: break;
  }
  TRY_ASSIGN(const auto ranges, admin_->Ranges(partitions, timeout_ms));
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (choice.mode == KafkaOffsetMode::kEarliest) {
      offsets.push_back(ranges[i].begin);
    } else if (choice.mode == KafkaOffsetMode::kLatest) {
      offsets.push_back(ranges[i].end);
    } else if (const auto given = choice.offsets.find(partitions[i].partition);
               given != choice.offsets.end()) {
      offsets.push_back(given->second);
    } else if (is_end) {
      return UserError("MR0503", "bad value of 'scan.bounded.specific-offsets'",
                       "it names no end for partition " + SplitIdOf(partitions[i]));
    } else {
      offsets.push_back(ranges[i].begin);
    }
  }
  return offsets;
}

Result<std::vector<int64_t>> KafkaDiscovery::ResolveGroup(
    const std::vector<KafkaPartition>& partitions, bool is_end, int64_t timeout_ms) {
  TRY_ASSIGN(const auto committed, admin_->CommittedOffsets(partitions, timeout_ms));
  TRY_ASSIGN(const auto ranges, admin_->Ranges(partitions, timeout_ms));
  std::vector<int64_t> offsets;
  for (size_t i = 0; i < partitions.size(); ++i) {
    if (committed[i]) {
      offsets.push_back(*committed[i]);
    } else if (settings_.reset) {
      offsets.push_back(*settings_.reset == KafkaOffsetMode::kEarliest ? ranges[i].begin
                                                                       : ranges[i].end);
    } else {
      Error error{.code = "MR0526",
                  .domain = ErrorDomain::kUser,
                  .message = "group '" + settings_.group + "' has no committed offset for " +
                             SplitIdOf(partitions[i]),
                  .detail = std::string(is_end ? "scan.bounded.mode" : "scan.startup.mode") +
                            " is group-offsets" + (is_end ? "" : ", which is Flink's default"),
                  .hint =
                      "add 'scan.startup.mode' = 'earliest-offset' (or latest-offset), or "
                      "'properties.auto.offset.reset' = 'earliest'"};
      return std::unexpected(std::move(error));
    }
  }
  return offsets;
}

void KafkaDiscovery::AddSplits(const std::vector<KafkaPartition>& partitions,
                               const std::vector<int64_t>& starts,
                               const std::vector<int64_t>& stops) {
  for (size_t i = 0; i < partitions.size(); ++i) {
    KafkaPosition position{.offset = starts[i]};
    position.topic_id = topic_ids_[partitions[i].topic];
    if (!stops.empty()) position.stop = stops[i];
    // Splits of a table that goes on for ever are read in turn, those of another one after the
    // other; a partition's end is in its position, so that all of them are read in turn.
    splits_.push_back(
        {.id = SplitIdOf(partitions[i]), .bounded = false, .position = position.ToString()});
  }
}

Status KafkaDiscovery::CheckTopics(std::span<const Split> positions) const {
  for (const Split& split : positions) {
    if (split.position.empty()) continue;
    TRY_ASSIGN(const KafkaPartition partition, ParseSplitId(split.id));
    TRY_ASSIGN(const KafkaPosition position, KafkaPosition::Parse(split.position));
    const auto id = topic_ids_.find(partition.topic);
    if (id == topic_ids_.end() || id->second.empty() || position.topic_id.empty()) continue;
    if (id->second != position.topic_id) return MadeAgain(partition.topic);
  }
  return OkStatus();
}

void KafkaDiscovery::CommitForDisplay(std::span<const Split> positions) {
  if (admin_ == nullptr || !settings_.commits_group_offsets) return;
  uncommitted_.clear();
  for (const Split& split : positions) {
    const auto partition = ParseSplitId(split.id);
    const auto position = KafkaPosition::Parse(split.position);
    if (partition && position) uncommitted_.emplace_back(*partition, position->offset);
  }
  const int64_t now = table_.env.clock->MonotonicNanos();
  if (now < next_commit_) return;
  next_commit_ = now + kCommitNanos;
  Commit();
}

void KafkaDiscovery::Commit() {
  if (uncommitted_.empty() || uncommitted_ == committed_) return;
  committed_ = std::move(uncommitted_);
  uncommitted_.clear();
  admin_->CommitOffsets(committed_);
}

}  // namespace millrace
