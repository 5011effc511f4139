// SPDX-License-Identifier: Apache-2.0
// MemoryState: DurableState in memory. Alone it forgets with the process, so the whole journal is
// read at each start; for runs without background threads. On a MemoryStateDevice, which a
// simulation keeps over a crash, it remembers what was committed.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "state/durable_state.h"

namespace millrace {

/// What a crash leaves. One owner at a time.
struct MemoryStateDevice {
  using Entries = std::map<std::string, std::string, std::less<>>;
  Entries entries;
  std::optional<StateMarker> marker;
};

class MemoryState final : public DurableState {
 public:
  /// `device` may be null and outlives the state.
  explicit MemoryState(MemoryStateDevice* device)
      : survives_(device != nullptr), device_(survives_ ? device : &own_) {}

  std::optional<StateMarker> marker() const override;
  Status Begin(const StateMarker& marker) override;
  Status Put(std::string_view key, std::string_view value) override;
  Status Delete(std::string_view key) override;
  Status Commit() override;
  Status Clear() override;
  Status Get(std::span<const std::string_view> keys,
             const std::function<Status(size_t, std::string_view)>& found) const override;
  Status Visit(std::string_view prefix, const Visitor& visit) const override;
  Status VisitSome(std::string_view prefix, std::string_view from, size_t count,
                   const Visitor& visit) const override;
  bool survives() const override { return survives_; }

 private:
  mutable std::mutex mutex_;
  MemoryStateDevice own_;
  bool survives_;
  MemoryStateDevice* device_;
  std::vector<std::pair<std::string, std::optional<std::string>>> batch_;  // no value: deleted
  StateMarker begun_;
};

}  // namespace millrace
