// SPDX-License-Identifier: Apache-2.0
#include "state/cold/cold_entries.h"

#include <algorithm>
#include <cstring>

#include "data/key_codec.h"
#include "state/encoding.h"
#include "state/epoch_delta.h"

namespace millrace {

ColdEntries::ColdEntries(const DurableState* state, std::string_view operator_id,
                         std::string_view table, Groups own)
    : state_(state), prefix_(StatePrefix(operator_id, table)), own_(own) {}

Result<bool> ColdEntries::Any() const {
  // The visit ends at the first one.
  const Error stop{};
  bool any = false;
  const Status visited = state_->Visit(prefix_, [&](std::string_view, std::string_view) -> Status {
    any = true;
    return std::unexpected(stop);
  });
  if (!visited && !any) return std::unexpected(visited.error());
  return any;
}

void ColdEntries::Add(std::string_view key, uint64_t hash, size_t row) {
  uint64_t first = 0;
  std::memcpy(&first, key.data(), std::min(key.size(), sizeof first));
  const auto place = static_cast<uint64_t>(StatePlace(KeyGroupOf(hash)));
  asked_.push_back({.head = place << 56 | __builtin_bswap64(first) >> 8, .key = key, .row = row});
}

/// In the order of DurableState, each key once.
void ColdEntries::Sort() {
  std::ranges::sort(asked_, [](const Asked& a, const Asked& b) {
    return a.head != b.head ? a.head < b.head : a.key < b.key;
  });
  const auto twice =
      std::ranges::unique(asked_, [](const Asked& a, const Asked& b) { return a.key == b.key; });
  asked_.erase(twice.begin(), twice.end());
}

void ColdEntries::MakeStateKeys() {
  bytes_.clear();
  for (const Asked& asked : asked_) {
    bytes_ += prefix_;
    bytes_.push_back(static_cast<char>(asked.head >> 56));
    bytes_ += asked.key;
  }
  state_keys_.clear();
  std::string_view rest = bytes_;
  for (const Asked& asked : asked_) {
    const size_t size = prefix_.size() + 1 + asked.key.size();
    state_keys_.push_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
}

Status ColdEntries::ReadLists(size_t leading, const ListVisitor& visit) {
  Sort();
  std::vector<std::pair<std::string, size_t>> ranges;
  for (const Asked& asked : asked_) {
    std::string range = prefix_;
    range.push_back(static_cast<char>(asked.head >> 56));
    range += asked.key.substr(0, leading);
    PutBytes(asked.key.substr(leading), &range);
    ranges.emplace_back(std::move(range), asked.row);
  }
  std::ranges::sort(ranges);  // lengths stand in front of keys
  state_keys_.clear();
  for (const auto& [range, row] : ranges) state_keys_.push_back(range);
  return state_->VisitRanges(
      state_keys_, [&](size_t index, std::string_view key, std::string_view value) {
        return visit(ranges[index].second, key.substr(prefix_.size() + 1), value);
      });
}

Status ColdEntries::ReadNext(
    size_t count, const std::function<Status(std::string_view, std::string_view)>& visit) {
  size_t first = 0;
  while (first < own_.size() && !own_[first]) ++first;
  size_t last = own_.size() - 1;
  while (last > first && !own_[last]) --last;
  const std::string begin = prefix_ + static_cast<char>(StatePlace(static_cast<int>(first)));
  if (next_ < begin) next_ = begin;
  size_t visited = 0;
  bool ended = false;
  TRY(state_->VisitSome(prefix_, next_, count,
                        [&](std::string_view key, std::string_view value) -> Status {
                          ++visited;
                          const auto group = static_cast<uint8_t>(key[prefix_.size()]);
                          ended |= group > last;
                          if (ended) return OkStatus();
                          next_.assign(key);
                          next_.push_back('\0');  // behind it
                          if (!own_[group]) return OkStatus();
                          return visit(key.substr(prefix_.size() + 1), value);
                        }));
  if (ended || visited < count) next_.clear();
  return OkStatus();
}

Result<bool> ColdEntries::First(
    int group, std::string_view from,
    const std::function<Status(std::string_view, std::string_view)>& visit) {
  std::string prefix = prefix_;
  prefix.push_back(static_cast<char>(StatePlace(group)));
  bool any = false;
  TRY(state_->VisitSome(prefix, prefix + std::string(from), 1,
                        [&](std::string_view key, std::string_view value) {
                          any = true;
                          return visit(key.substr(prefix.size()), value);
                        }));
  return any;
}

Status ColdEntries::ReadGroup(int group, std::span<const std::string> prefixes,
                              const ListVisitor& visit) {
  std::string place = prefix_;
  place.push_back(static_cast<char>(StatePlace(group)));
  std::vector<std::string> ranges;
  for (const std::string& prefix : prefixes) ranges.push_back(place + prefix);
  state_keys_.assign(ranges.begin(), ranges.end());
  return state_->VisitRanges(state_keys_,
                             [&](size_t index, std::string_view key, std::string_view value) {
                               return visit(index, key.substr(place.size()), value);
                             });
}

Status ColdEntries::Read(const std::function<Status(size_t row, std::string_view value)>& visit) {
  Sort();
  MakeStateKeys();
  return state_->Get(state_keys_, [&](size_t index, std::string_view value) {
    return visit(asked_[index].row, value);
  });
}

}  // namespace millrace
