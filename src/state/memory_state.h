// SPDX-License-Identifier: Apache-2.0
// MemoryState: DurableState in memory. Alone it forgets with the process, so the whole journal is
// read at each start; for runs without background threads. On a MemoryStateDevice, which a
// simulation keeps over a crash, it forgets what came behind the last flush.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

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
  explicit MemoryState(MemoryStateDevice* device);

  std::optional<StateMarker> marker() const override;
  void Put(std::string_view key, std::string_view value) override;
  void Delete(std::string_view key) override;
  Status Commit(const StateMarker& marker) override;
  Status Flush() override;
  Status Clear() override;
  Status Visit(std::string_view prefix, const Visitor& visit) const override;
  uint64_t unflushed_bytes() const override;
  bool survives() const override { return device_ != nullptr; }

 private:
  MemoryStateDevice* device_;
  mutable std::mutex mutex_;
  MemoryStateDevice::Entries entries_;
  std::optional<StateMarker> marker_;
  std::map<std::string, std::optional<std::string>> batch_;  // no value: deleted
  uint64_t unflushed_bytes_ = 0;
};

}  // namespace millrace
