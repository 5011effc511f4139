// SPDX-License-Identifier: Apache-2.0
#include "operators/rank/rank_changes.h"

#include <arrow/api.h>

#include "base/check.h"
#include "operators/change_kinds.h"

namespace millrace {

std::shared_ptr<arrow::Array> BigIntArray(std::span<const int64_t> values) {
  arrow::Int64Builder builder;
  CHECK(builder.AppendValues(values.data(), static_cast<int64_t>(values.size())).ok());
  std::shared_ptr<arrow::Array> array;
  CHECK(builder.Finish(&array).ok());
  return array;
}

void RankChanges::Add(ChangeKind kind, int32_t cause, uint32_t row, int64_t rank) {
  kinds_.push_back(kind);
  causes_.push_back(cause);
  rows_.push_back(row);
  if (numbered_) ranks_.push_back(rank);
}

Result<Batch> RankChanges::Compose(const Batch& batch, const RowStore& rows) {
  if (rows_.empty()) return Batch();
  Batch out = batch.WithColumns({}).Take(causes_);
  TRY_ASSIGN(out.columns, rows.GatherAll(rows_));
  if (numbered_) out.columns.push_back(BigIntArray(ranks_));
  out.kinds = OnlyInserts(kinds_) ? nullptr : std::make_shared<std::vector<ChangeKind>>(kinds_);
  kinds_.clear();
  causes_.clear();
  rows_.clear();
  ranks_.clear();
  return out;
}

}  // namespace millrace
