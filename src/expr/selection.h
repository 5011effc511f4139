// SPDX-License-Identifier: Apache-2.0
// Row selection for the evaluator: frames (some rows of a batch), and the merging of branches that
// were evaluated for different rows.
#pragma once

#include <arrow/datum.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "data/batch.h"
#include "data/data_type.h"
#include "data/take.h"

namespace millrace {

/// The rows an expression is evaluated for: a whole batch or a subset of one.
class RowFrame {
 public:
  explicit RowFrame(const Batch* batch) : batch_(batch), rows_(batch->num_rows) {}

  int64_t rows() const { return rows_; }
  Result<arrow::Datum> Column(size_t index) const;
  /// The running watermark of each row as a column of `type`; NULL before the first watermark.
  Result<arrow::Datum> Watermarks(const DataType& type) const;
  /// The given rows of this frame; only the `used` columns are gathered.
  Result<RowFrame> Subset(const std::vector<int32_t>& rows, const std::vector<bool>& used) const;

 private:
  RowFrame() = default;
  const Batch* batch_ = nullptr;
  int64_t rows_ = 0;
  bool subset_ = false;
  std::vector<std::shared_ptr<arrow::Array>> columns_;  // subset: by column index, null if unused
  std::vector<int32_t> batch_rows_;                     // subset: row of the batch
};

/// Collects values for disjoint sets of rows and merges them into one column; the rest is NULL.
class BranchMerger {
 public:
  BranchMerger(const DataType& type, int64_t rows);
  /// `value` has one entry per row of `rows` (or is a scalar).
  Status Add(const arrow::Datum& value, std::vector<int32_t> rows);
  /// Entry positions[i] of `value` goes to rows[i].
  Status AddSome(const arrow::Datum& value, std::vector<int32_t> rows,
                 std::vector<int32_t> positions);
  Result<arrow::Datum> Finish();

 private:
  std::shared_ptr<arrow::DataType> type_;
  int64_t rows_;
  std::vector<RowPiece> pieces_;
};

Result<std::shared_ptr<arrow::Array>> ToArray(const arrow::Datum& value, const DataType& type,
                                              int64_t rows);
Result<arrow::Datum> FieldOf(const arrow::Datum& row, int field);
Result<arrow::Datum> CombineKleene(bool is_and, const arrow::Datum& a, const arrow::Datum& b);
/// Places `value` (one entry per element of `rows`) into a column that holds `rest` elsewhere.
Result<arrow::Datum> Spread(const arrow::Datum& value, const std::vector<int32_t>& rows,
                            int64_t length, const DataType& type, const arrow::Datum& rest);
/// Rows that are not exactly `value` (NULL counts as not).
std::vector<int32_t> RowsWhereNot(const arrow::Datum& booleans, bool value, int64_t rows);
void AppendTrueRows(const arrow::Datum& booleans, int64_t rows, std::vector<int32_t>* out);
/// Splits `open` by the truth of condition[i], which belongs to open[i].
void SplitByTruth(const arrow::Datum& condition, const std::vector<int32_t>& open,
                  std::vector<int32_t>* taken, std::vector<int32_t>* rest);
void SplitByValidity(const arrow::Datum& value, const std::vector<int32_t>& open,
                     std::vector<int32_t>* valid, std::vector<int32_t>* positions,
                     std::vector<int32_t>* rest);
Result<arrow::Datum> ArrayOfScalars(const DataType& type,
                                    const std::vector<std::shared_ptr<arrow::Scalar>>& values);
Result<arrow::Datum> IsInSet(const arrow::Datum& value, const arrow::Datum& set, bool has_null,
                             int64_t rows);

}  // namespace millrace
