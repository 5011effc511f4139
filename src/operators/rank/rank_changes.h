// SPDX-License-Identifier: Apache-2.0
// RankChanges: the rows that Top-N sends, gathered while rows are processed. They are rows of a
// RowStore, so that what a change takes back must be freed later than it is composed.
#pragma once

#include <vector>

#include "data/batch.h"
#include "state/row_store.h"

namespace millrace {

class RankChanges {
 public:
  /// `numbered`: the rank of each row is its last column.
  explicit RankChanges(bool numbered) : numbered_(numbered) {}

  /// `cause`: the row of the batch that brought it about.
  void Add(ChangeKind kind, int32_t cause, uint32_t row, int64_t rank);
  bool full() const { return static_cast<int64_t>(rows_.size()) >= kMaxBatchRows; }
  bool empty() const { return rows_.empty(); }
  /// Makes a batch of all, and forgets them.
  Result<Batch> Compose(const Batch& batch, const RowStore& rows);

 private:
  bool numbered_;
  std::vector<ChangeKind> kinds_;
  std::vector<int32_t> causes_;
  std::vector<uint32_t> rows_;
  std::vector<int64_t> ranks_;
};

/// A column of BIGINT.
std::shared_ptr<arrow::Array> BigIntArray(std::span<const int64_t> values);

}  // namespace millrace
