// SPDX-License-Identifier: Apache-2.0
// DurableState: where the entries of all state tables lie on disk, in the order of their keys. The
// epoch journal is its log: it is given decided epochs only, one batch each, together with the
// marker that says which epoch it is. What was committed survives a crash as far as Flush came,
// always whole epochs; the journal keeps what is above.
//
// One thread writes (Put, Delete, Commit, Flush, Clear); any thread reads meanwhile and sees
// committed epochs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

/// The epoch whose changes are in, and what else is needed to start from it.
struct StateMarker {
  uint64_t epoch = 0;
  uint64_t hash = 0;     // of the epoch's record in the journal
  std::string manifest;  // of the run, at that epoch
};

class DurableState {
 public:
  using Visitor = std::function<Status(std::string_view key, std::string_view value)>;

  virtual ~DurableState() = default;

  /// Of the last batch that was committed.
  virtual std::optional<StateMarker> marker() const = 0;
  virtual void Put(std::string_view key, std::string_view value) = 0;
  virtual void Delete(std::string_view key) = 0;
  /// Ends a batch: all of it and the marker, or nothing.
  virtual Status Commit(const StateMarker& marker) = 0;
  /// Afterwards everything committed survives a crash. May take seconds.
  virtual Status Flush() = 0;
  /// Removes everything, the marker too, durably.
  virtual Status Clear() = 0;

  /// Entries whose keys begin with `prefix`, in order.
  virtual Status Visit(std::string_view prefix, const Visitor& visit) const = 0;
  /// Bytes in memory that Flush would write.
  virtual uint64_t unflushed_bytes() const = 0;
  /// False if nothing ever survives: Flush does nothing and the journal must be kept whole.
  virtual bool survives() const { return true; }
};

/// How a job gets its state; `directory` is private to it and may not exist yet.
using DurableStateFactory =
    std::function<Result<std::unique_ptr<DurableState>>(const std::string& directory)>;

}  // namespace millrace
