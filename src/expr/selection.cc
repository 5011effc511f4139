// SPDX-License-Identifier: Apache-2.0
#include "expr/selection.h"

#include <arrow/array/array_nested.h>
#include <arrow/array/array_primitive.h>
#include <arrow/array/builder_base.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/compute/api.h>

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace millrace {
namespace {

std::unexpected<Error> FromArrow(const arrow::Status& status) {
  return InternalError("expression evaluation failed", status.ToString());
}

}  // namespace

Result<arrow::Datum> RowFrame::Column(size_t index) const {
  if (subset_) {
    CHECK_LT(index, columns_.size());
    CHECK(columns_[index] != nullptr);
    return arrow::Datum(columns_[index]);
  }
  CHECK_LT(index, batch_->columns.size());
  return arrow::Datum(batch_->columns[index]);
}

Result<arrow::Datum> RowFrame::Watermarks(const DataType& type) const {
  arrow::TimestampBuilder builder(type.ToArrow(), arrow::default_memory_pool());
  if (auto status = builder.Reserve(rows_); !status.ok()) return FromArrow(status);
  const int64_t ticks = TimestampTicksPerSecond(type.precision()) / 1000;
  for (int64_t i = 0; i < rows_; ++i) {
    const EventTime watermark =
        batch_->watermark_before(subset_ ? batch_rows_[static_cast<size_t>(i)] : i);
    if (watermark == kMinWatermark) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(watermark == kMaxWatermark ? kMaxWatermark : watermark * ticks);
    }
  }
  auto array = builder.Finish();
  if (!array.ok()) return FromArrow(array.status());
  return arrow::Datum(*array);
}

Result<RowFrame> RowFrame::Subset(const std::vector<int32_t>& rows,
                                  const std::vector<bool>& used) const {
  RowFrame part;
  part.batch_ = batch_;
  part.rows_ = static_cast<int64_t>(rows.size());
  part.subset_ = true;
  part.columns_.resize(used.size());
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    TRY_ASSIGN(arrow::Datum column, Column(i));
    part.columns_[i] = TakeRows(*column.make_array(), rows);
  }
  part.batch_rows_.reserve(rows.size());
  for (int32_t row : rows) {
    part.batch_rows_.push_back(subset_ ? batch_rows_[static_cast<size_t>(row)] : row);
  }
  return part;
}

BranchMerger::BranchMerger(const DataType& type, int64_t rows)
    : type_(type.ToArrow()), rows_(rows) {}

Status BranchMerger::Add(const arrow::Datum& value, std::vector<int32_t> rows) {
  std::vector<int32_t> positions(rows.size());
  std::iota(positions.begin(), positions.end(), 0);
  return AddSome(value, std::move(rows), std::move(positions));
}

Status BranchMerger::AddSome(const arrow::Datum& value, std::vector<int32_t> rows,
                             std::vector<int32_t> positions) {
  if (rows.empty()) return OkStatus();
  if (value.is_array()) {
    pieces_.push_back({value.make_array(), std::move(positions), std::move(rows)});
    return OkStatus();
  }
  auto one = arrow::MakeArrayFromScalar(*value.scalar(), 1);
  if (!one.ok()) return FromArrow(one.status());
  positions.assign(rows.size(), 0);
  pieces_.push_back({*one, std::move(positions), std::move(rows)});
  return OkStatus();
}

Result<arrow::Datum> BranchMerger::Finish() {
  if (pieces_.empty()) {
    auto nulls = arrow::MakeArrayOfNull(type_, rows_);
    if (!nulls.ok()) return FromArrow(nulls.status());
    return arrow::Datum(*nulls);
  }
  // One branch took every row in order: its column is the answer.
  const RowPiece& first = pieces_[0];
  if (pieces_.size() == 1 && static_cast<int64_t>(first.to.size()) == rows_ &&
      first.column->length() == rows_ && first.from == first.to &&
      std::ranges::is_sorted(first.to)) {
    return arrow::Datum(first.column);
  }
  TRY_ASSIGN(auto merged, MergeRows(pieces_, rows_));
  return arrow::Datum(std::move(merged));
}

Result<std::shared_ptr<arrow::Array>> ToArray(const arrow::Datum& value, const DataType& type,
                                              int64_t rows) {
  if (value.is_array()) {
    if (value.length() != rows) {
      return InternalError("a kernel returned a column of the wrong length");
    }
    auto array = value.make_array();
    if (array->type_id() == arrow::Type::NA && type.kind() != TypeKind::kNull) {
      auto nulls = arrow::MakeArrayOfNull(type.ToArrow(), rows);
      if (!nulls.ok()) return FromArrow(nulls.status());
      return *nulls;
    }
    return array;
  }
  if (!value.scalar()->is_valid) {
    auto nulls = arrow::MakeArrayOfNull(type.ToArrow(), rows);
    if (!nulls.ok()) return FromArrow(nulls.status());
    return *nulls;
  }
  auto array = arrow::MakeArrayFromScalar(*value.scalar(), rows);
  if (!array.ok()) return FromArrow(array.status());
  return *array;
}

Result<arrow::Datum> FieldOf(const arrow::Datum& row, int field) {
  if (row.is_scalar()) {
    const auto& scalar = static_cast<const arrow::StructScalar&>(*row.scalar());
    if (!scalar.is_valid) {
      return arrow::Datum(arrow::MakeNullScalar(scalar.type->field(field)->type()));
    }
    return arrow::Datum(scalar.value[static_cast<size_t>(field)]);
  }
  auto array = row.make_array();
  auto column = static_cast<const arrow::StructArray&>(*array).GetFlattenedField(field);
  if (!column.ok()) return FromArrow(column.status());
  return arrow::Datum(*column);
}

Result<arrow::Datum> CombineKleene(bool is_and, const arrow::Datum& a, const arrow::Datum& b) {
  auto combined = is_and ? arrow::compute::KleeneAnd(a, b) : arrow::compute::KleeneOr(a, b);
  if (!combined.ok()) return FromArrow(combined.status());
  return *combined;
}

Result<arrow::Datum> Spread(const arrow::Datum& value, const std::vector<int32_t>& rows,
                            int64_t length, const DataType& type, const arrow::Datum& rest) {
  BranchMerger merger(type, length);
  TRY(merger.Add(value, rows));
  std::vector<int32_t> others;
  size_t next = 0;
  for (int32_t i = 0; i < length; ++i) {
    if (next < rows.size() && rows[next] == i) {
      ++next;
    } else {
      others.push_back(i);
    }
  }
  TRY(merger.Add(rest, std::move(others)));
  return merger.Finish();
}

namespace {

/// Calls visit(row, is_valid, value) for each row of a BOOLEAN column or scalar.
template <typename Visit>
void VisitBooleans(const arrow::Datum& booleans, int64_t rows, Visit visit) {
  if (booleans.is_scalar()) {
    const auto& scalar = static_cast<const arrow::BooleanScalar&>(*booleans.scalar());
    for (int64_t i = 0; i < rows; ++i) visit(i, scalar.is_valid, scalar.is_valid && scalar.value);
    return;
  }
  const auto array = booleans.make_array();
  if (array->type_id() != arrow::Type::BOOL) {  // all NULL
    for (int64_t i = 0; i < rows; ++i) visit(i, false, false);
    return;
  }
  const auto& values = static_cast<const arrow::BooleanArray&>(*array);
  if (values.null_count() == 0) {
    for (int64_t i = 0; i < rows; ++i) visit(i, true, values.Value(i));
    return;
  }
  for (int64_t i = 0; i < rows; ++i)
    visit(i, values.IsValid(i), values.IsValid(i) && values.Value(i));
}

}  // namespace

std::vector<int32_t> RowsWhereNot(const arrow::Datum& booleans, bool value, int64_t rows) {
  std::vector<int32_t> out;
  VisitBooleans(booleans, rows, [&](int64_t row, bool valid, bool truth) {
    if (!valid || truth != value) out.push_back(static_cast<int32_t>(row));
  });
  return out;
}

void AppendTrueRows(const arrow::Datum& booleans, int64_t rows, std::vector<int32_t>* out) {
  const size_t base = out->size();
  out->resize(base + static_cast<size_t>(rows));
  int32_t* cursor = out->data() + base;
  VisitBooleans(booleans, rows, [&](int64_t row, bool, bool truth) {
    *cursor = static_cast<int32_t>(row);
    cursor += truth ? 1 : 0;
  });
  out->resize(static_cast<size_t>(cursor - out->data()));
}

void SplitByTruth(const arrow::Datum& condition, const std::vector<int32_t>& open,
                  std::vector<int32_t>* taken, std::vector<int32_t>* rest) {
  VisitBooleans(condition, static_cast<int64_t>(open.size()), [&](int64_t i, bool, bool truth) {
    (truth ? taken : rest)->push_back(open[static_cast<size_t>(i)]);
  });
}

void SplitByValidity(const arrow::Datum& value, const std::vector<int32_t>& open,
                     std::vector<int32_t>* valid, std::vector<int32_t>* positions,
                     std::vector<int32_t>* rest) {
  const auto array = value.is_scalar() ? nullptr : value.make_array();
  for (size_t i = 0; i < open.size(); ++i) {
    const bool is_valid =
        array ? array->IsValid(static_cast<int64_t>(i)) : value.scalar()->is_valid;
    if (is_valid) {
      valid->push_back(open[i]);
      positions->push_back(static_cast<int32_t>(i));
    } else {
      rest->push_back(open[i]);
    }
  }
}

Result<arrow::Datum> ArrayOfScalars(const DataType& type,
                                    const std::vector<std::shared_ptr<arrow::Scalar>>& values) {
  auto builder = arrow::MakeBuilder(type.ToArrow());
  if (!builder.ok()) return FromArrow(builder.status());
  for (const auto& value : values) {
    if (auto status = (*builder)->AppendScalar(*value); !status.ok()) return FromArrow(status);
  }
  auto array = (*builder)->Finish();
  if (!array.ok()) return FromArrow(array.status());
  return arrow::Datum(*array);
}

Result<arrow::Datum> IsInSet(const arrow::Datum& value, const arrow::Datum& set, bool has_null,
                             int64_t rows) {
  const auto array = value.is_scalar() ? nullptr : value.make_array();
  std::shared_ptr<arrow::Array> column = array;
  if (!column) {
    auto made = arrow::MakeArrayFromScalar(*value.scalar(), rows);
    if (!made.ok()) return FromArrow(made.status());
    column = *made;
  }
  arrow::compute::SetLookupOptions options(set);
  auto found = arrow::compute::IsIn(column, options);
  if (!found.ok()) return FromArrow(found.status());
  const auto hits = std::static_pointer_cast<arrow::BooleanArray>(found->make_array());
  if (column->null_count() == 0 && !has_null) return arrow::Datum(hits);
  arrow::BooleanBuilder builder;
  if (auto status = builder.Reserve(rows); !status.ok()) return FromArrow(status);
  for (int64_t i = 0; i < rows; ++i) {
    const bool hit = column->IsValid(i) && hits->Value(i);
    if (!hit && (has_null || column->IsNull(i))) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(hit);
    }
  }
  auto result = builder.Finish();
  if (!result.ok()) return FromArrow(result.status());
  return arrow::Datum(*result);
}

}  // namespace millrace
