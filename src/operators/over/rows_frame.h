// SPDX-License-Identifier: Apache-2.0
// RowsFrame: a ROWS frame, the last rows of a key in the order in which they came. What the next
// row of a key will see besides itself is kept, no more: a row that has had its result pushes the
// oldest one out at once. If nothing but COUNT(*) is asked for, their number is all there is.
// One thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "operators/over/frame_calls.h"

namespace millrace {

class RowsFrame {
 public:
  /// `preceding` rows before the current one. `columns`: the types of all columns that calls may
  /// read. `calls` and `keys` outlive the object.
  RowsFrame(std::string name, int64_t preceding, FrameCalls* calls,
            const std::vector<DataType>& columns, bool track, KeyTable* keys);

  RowHistory& table() { return history_; }
  /// There is nothing but the number of rows, and nothing in the table.
  bool only_counts() const { return calls_->columns().empty(); }
  /// The results for a batch whose row i belongs to key slots[i].
  Result<FrameCalls::Columns> Run(const Batch& batch, const FrameCalls::Columns& columns,
                                  std::span<const uint32_t> slots);

  /// The part of a key's value that is the rows'.
  void WriteKey(uint32_t key, std::string* out) const;
  /// Starts to load what it is made of (KeyTable::Values).
  void PrefetchForWrite(uint32_t key, int step) const;
  Status ReadKey(uint32_t key, std::string_view* bytes);
  /// The key has none of it, but so many rows where their number suffices.
  Status ReadNothing(uint32_t key, uint64_t rows);
  /// Some sums of a key, by their places in sum_calls(), follow from its rows once these are there.
  void RebuildSums(uint32_t key, const std::vector<uint32_t>* sums) {
    without_sums_.emplace_back(key, sums);
  }
  Status Restored();
  /// The rest of keys whose values have just been read.
  Status Load(std::span<const uint32_t> keys);
  /// Forgets what is in memory of a key.
  void Evict(uint32_t key);

 private:
  Status Rebuild(std::span<const uint32_t> keys);
  void Add(size_t row, uint32_t key);

  size_t preceding_;
  FrameCalls* calls_;
  KeyTable* keys_;
  RowStore rows_;
  RowHistory history_;
  std::vector<uint32_t> begin_;    // by key: rows before it are out of the frame
  std::vector<uint32_t> counted_;  // by key, if only_counts: rows that the next one sees
  std::vector<std::pair<uint32_t, const std::vector<uint32_t>*>> without_sums_;  // RebuildSums

  // Of the batch at hand.
  std::vector<uint32_t> stored_;
  std::vector<uint32_t> touched_;  // keys with rows to free, maybe more than once
};

}  // namespace millrace
