// SPDX-License-Identifier: Apache-2.0
#include "state/cold_entries.h"

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

void ColdEntries::Add(std::string_view key, uint64_t hash) {
  if (count_ == keys_.size()) keys_.emplace_back();
  std::string& state_key = keys_[count_++];
  state_key = prefix_;
  AppendEntryKey({.key_group = KeyGroupOf(hash), .key = key}, &state_key);
}

Status ColdEntries::Read(
    const std::function<Status(std::string_view key, std::string_view value)>& visit) {
  const size_t head = prefix_.size() + 1;  // the key group
  return state_->Get({keys_.data(), count_}, [&](size_t index, std::string_view value) {
    return visit(std::string_view(keys_[index]).substr(head), value);
  });
}

}  // namespace millrace
