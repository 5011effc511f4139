// SPDX-License-Identifier: Apache-2.0
#include "state/cold/cold_entries.h"

#include <algorithm>
#include <cstring>

#include "data/key_codec.h"
#include "state/epoch_delta.h"

namespace millrace {

ColdEntries::ColdEntries(const DurableState* state, std::string_view operator_id,
                         std::string_view table)
    : state_(state), prefix_(StatePrefix(operator_id, table)) {}

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

Status ColdEntries::Read(const std::function<Status(size_t row, std::string_view value)>& visit) {
  Sort();
  MakeStateKeys();
  return state_->Get(state_keys_, [&](size_t index, std::string_view value) {
    return visit(asked_[index].row, value);
  });
}

}  // namespace millrace
