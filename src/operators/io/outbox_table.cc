// SPDX-License-Identifier: Apache-2.0
#include "operators/io/outbox_table.h"

#include <algorithm>
#include <cmath>

#include "base/mutant.h"
#include "state/encoding.h"

namespace millrace {
namespace {

/// What a message takes beside its bytes.
constexpr size_t kOverhead = 160;
constexpr double kRateWindowMillis = 60'000;
constexpr char kMessageKey = 'm';
constexpr char kNextKey = 'n';

std::string KeyOf(char kind, uint64_t number) {
  std::string key(1, kind);
  PutOrdered(static_cast<int64_t>(number), &key);
  return key;
}

}  // namespace

OutboxTable::OutboxTable(Settings settings)
    : settings_(settings),
      first_(static_cast<uint64_t>(settings.shard) << kOutboxShardShift),
      next_(first_),
      collected_(first_),
      decided_(first_),
      barrier_(first_) {}

std::string_view OutboxTable::Add(std::string bytes, bool at_once) {
  const int64_t now = settings_.clock->WallMillis();
  const auto passed = static_cast<double>(std::max<int64_t>(0, now - rate_ms_));
  rate_ = rate_ * std::exp(-passed / kRateWindowMillis) +
          static_cast<double>(bytes.size()) * 1000 / kRateWindowMillis;
  rate_ms_ = now;
  bytes_ += bytes.size() + kOverhead;
  const auto added = messages_.emplace_hint(
      messages_.end(), next_++,
      Message{.bytes = std::move(bytes), .added_ms = now, .at_once = at_once});
  if (MUTANT("message-sent-before-decision")) ready_.push_back(added->first);
  return added->second.bytes;
}

bool OutboxTable::Take(OutboxMessage* message) {
  while (!ready_.empty()) {
    const auto found = messages_.find(ready_.front());
    ready_.pop_front();
    if (found == messages_.end()) continue;
    *message = {.sequence = found->first, .bytes = found->second.bytes};
    return true;
  }
  return false;
}

void OutboxTable::Done(uint64_t sequence) {
  const auto found = messages_.find(sequence);
  if (found == messages_.end()) return;
  if (found->second.written) deleted_.push_back(sequence);
  bytes_ -= found->second.bytes.size() + kOverhead;
  messages_.erase(found);
}

void OutboxTable::OnDecided(uint64_t epoch) {
  const auto end = barriers_.upper_bound(epoch);
  if (end == barriers_.begin()) return;
  const uint64_t decided = MUTANT("outbox-ignores-barrier") ? next_ : std::prev(end)->second;
  barriers_.erase(barriers_.begin(), end);
  auto message = messages_.lower_bound(decided_);
  for (; message != messages_.end() && message->first < decided; ++message) {
    if (message->second.at_once || MUTANT("message-sent-before-decision")) continue;
    ready_.push_back(message->first);
  }
  decided_ = std::max(decided_, decided);
}

OutboxStatus OutboxTable::status() const {
  OutboxStatus status{
      .messages = messages_.size(), .bytes = bytes_, .bytes_max = settings_.bytes_max};
  const int64_t now = settings_.clock->WallMillis();
  if (!messages_.empty()) {
    status.oldest_age_ms = std::max<int64_t>(0, now - messages_.begin()->second.added_ms);
  }
  const auto passed = static_cast<double>(std::max<int64_t>(0, now - rate_ms_));
  status.bytes_per_second = rate_ * std::exp(-passed / kRateWindowMillis);
  return status;
}

Status OutboxTable::Put(uint64_t sequence, const Message& message,
                        const std::function<Status(const StateChange&)>& visit) const {
  std::string value;
  value.reserve(message.bytes.size() + 8);
  PutOrdered(message.added_ms, &value);
  value += message.bytes;
  return visit({name(), KeyOf(kMessageKey, sequence), value, false});
}

Status OutboxTable::PutNext(const std::function<Status(const StateChange&)>& visit) const {
  std::string value;
  PutOrdered(static_cast<int64_t>(next_), &value);
  return visit({name(), KeyOf(kNextKey, first_), value, false});
}

Status OutboxTable::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const uint64_t sequence : deleted_) {
    TRY(visit({name(), KeyOf(kMessageKey, sequence), {}, true}));
  }
  deleted_.clear();
  if (collected_ == next_) return OkStatus();
  auto message = messages_.lower_bound(collected_);
  for (; message != messages_.end() && message->first < next_; ++message) {
    TRY(Put(message->first, message->second, visit));
    message->second.written = true;
  }
  collected_ = next_;
  if (MUTANT("sequence-not-kept")) return OkStatus();
  return PutNext(visit);
}

Status OutboxTable::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (const auto& [sequence, message] : messages_) TRY(Put(sequence, message, visit));
  for (const auto& [key, value] : others_) TRY(visit({name(), key, value, false}));
  return PutNext(visit);
}

Status OutboxTable::Apply(const StateChange& change) {
  std::string_view key = change.key;
  if (key.empty()) return CorruptStateEntry(name());
  const char kind = key[0];
  key.remove_prefix(1);
  int64_t number = 0;
  if (!GetOrdered(&key, &number) || !key.empty()) return CorruptStateEntry(name());
  const auto sequence = static_cast<uint64_t>(number);
  if (change.deleted) {
    if (kind == kMessageKey) {
      const auto found = messages_.find(sequence);
      if (found == messages_.end()) return OkStatus();
      bytes_ -= found->second.bytes.size() + kOverhead;
      messages_.erase(found);
    }
    return OkStatus();
  }
  std::string_view value = change.value;
  int64_t head = 0;
  if (!GetOrdered(&value, &head)) return CorruptStateEntry(name());
  if (kind == kNextKey) {
    if (sequence != first_) {
      others_[std::string(change.key)] = std::string(change.value);
      return OkStatus();
    }
    next_ = collected_ = decided_ = barrier_ = std::max(next_, static_cast<uint64_t>(head));
    return OkStatus();
  }
  Message& message = messages_[sequence];
  if (message.written) {
    bytes_ -= message.bytes.size() + kOverhead;
  } else {
    ready_.push_back(sequence);
  }
  message = {.bytes = std::string(value), .added_ms = head, .at_once = false, .written = true};
  bytes_ += message.bytes.size() + kOverhead;
  return OkStatus();
}

}  // namespace millrace
