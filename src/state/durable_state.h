// SPDX-License-Identifier: Apache-2.0
// DurableState: where the entries of all state tables lie on disk, in the order of their keys. The
// epoch journal is its log: it is given decided epochs only, one batch each, together with the
// marker that says which epoch it is. What is committed survives a crash; the journal keeps what is
// above.
//
// A batch comes in the order of its keys, so that it can be written as one sorted file. One thread
// writes (Begin, Put, Delete, Commit, Clear); any thread reads meanwhile and sees committed epochs.
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
  /// Begins a batch; one that was not committed is forgotten.
  virtual Status Begin(const StateMarker& marker) = 0;
  /// Keys ascend, each comes once in a batch.
  virtual Status Put(std::string_view key, std::string_view value) = 0;
  virtual Status Delete(std::string_view key) = 0;
  /// Ends the batch: all of it and the marker, durably, or nothing. May take seconds.
  virtual Status Commit() = 0;
  /// Removes everything, the marker too, durably.
  virtual Status Clear() = 0;

  /// The values of those of the keys that are there, in any order; `index` is that of the key.
  /// Keys ascend.
  virtual Status Get(
      std::span<const std::string_view> keys,
      const std::function<Status(size_t index, std::string_view value)>& found) const = 0;
  /// Entries whose keys begin with `prefix`, in order.
  virtual Status Visit(std::string_view prefix, const Visitor& visit) const = 0;
  /// Entries whose keys begin with one of the prefixes; `index` is that of the prefix. They are
  /// visited prefix by prefix; none is the beginning of another.
  using RangeVisitor =
      std::function<Status(size_t index, std::string_view key, std::string_view value)>;
  virtual Status VisitRanges(std::span<const std::string_view> prefixes,
                             const RangeVisitor& visit) const {
    for (size_t i = 0; i < prefixes.size(); ++i) {
      TRY(Visit(prefixes[i], [&](std::string_view key, std::string_view value) {
        return visit(i, key, value);
      }));
    }
    return OkStatus();
  }
  /// At most `count` entries whose keys begin with `prefix`, from the first that is not below
  /// `from`, in order.
  virtual Status VisitSome(std::string_view prefix, std::string_view from, size_t count,
                           const Visitor& visit) const {
    return Visit(prefix, [&](std::string_view key, std::string_view value) {
      if (key < from || count == 0) return OkStatus();
      --count;
      return visit(key, value);
    });
  }
  /// Puts what is there, as of one commit, into a directory that does not exist yet and can be
  /// opened like its own; copies no bytes. Any thread, beside the one that writes. The marker of
  /// what it is; none: nothing is there.
  virtual Result<std::optional<StateMarker>> Snapshot(const std::string& directory) const {
    (void)directory;
    return std::nullopt;
  }
  /// What it holds in memory to find entries.
  virtual size_t memory_bytes() const { return 0; }
  /// False if nothing ever survives: the journal must be kept whole.
  virtual bool survives() const { return true; }
};

/// How a job gets its state; `directory` is private to it and may not exist yet.
using DurableStateFactory =
    std::function<Result<std::unique_ptr<DurableState>>(const std::string& directory)>;

}  // namespace millrace
