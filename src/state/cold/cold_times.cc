// SPDX-License-Identifier: Apache-2.0
#include "state/cold/cold_times.h"

#include <string>
#include <utility>

#include "state/encoding.h"

namespace millrace {

ColdTimes::ColdTimes(std::unique_ptr<ColdEntries> entries, bool restored)
    : entries_(std::move(entries)) {
  first_.fill(kMaxWatermark);
  for (int group = 0; restored && group < kKeyGroups; ++group) {
    if (own()[static_cast<size_t>(group)]) Leave(group, kMinWatermark);
  }
}

void ColdTimes::FindNext() { next_ = *std::ranges::min_element(first_); }

Status ColdTimes::ReadNext(const Visitor& visit) {
  TRY(Read(static_cast<int>(std::ranges::min_element(first_) - first_.begin()), visit));
  FindNext();
  return OkStatus();
}

Status ColdTimes::ReadGroup(int group, EventTime until, const Visitor& visit) {
  while (first_[static_cast<size_t>(group)] <= until) TRY(Read(group, visit));
  FindNext();
  return OkStatus();
}

/// Visits what there is of the first time of a group, and finds the next one.
Status ColdTimes::Read(int group, const Visitor& visit) {
  EventTime& first = first_[static_cast<size_t>(group)];
  std::string prefix;
  PutOrdered(first, &prefix);
  const auto see = [&](size_t, std::string_view key, std::string_view value) {
    return visit(group, first, key.substr(prefix.size()), value);
  };
  TRY(entries_->ReadGroup(group, std::span(&prefix, 1), see));
  std::string behind;
  PutOrdered(first + 1, &behind);
  EventTime next = kMaxWatermark;
  TRY(entries_->First(group, behind, [&](std::string_view key, std::string_view) -> Status {
    return GetOrdered(&key, &next) ? OkStatus() : CorruptStateEntry("times");
  }));
  first = next;
  return OkStatus();
}

void AddKey(std::string_view key, EncodedKeys* keys) {
  if (keys->offsets.empty()) keys->offsets.push_back(0);
  keys->bytes += key;
  keys->offsets.push_back(static_cast<uint32_t>(keys->bytes.size()));
  keys->hashes.push_back(HashBytes(key));
}

}  // namespace millrace
