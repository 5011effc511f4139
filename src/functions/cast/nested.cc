// SPDX-License-Identifier: Apache-2.0
// Casts between ARRAYs, MAPs, MULTISETs and ROWs: the children are cast as whole columns, then the
// parent is put around them again. A child that fails makes its row fail (or, for TRY_CAST, the
// whole value NULL).
#include <arrow/array.h>

#include <algorithm>

#include "base/check.h"
#include "functions/cast/cast.h"
#include "functions/coercion.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

/// One child column to cast.
struct ChildCast {
  DataType from;
  DataType to;
  ScalarKernel kernel;
};

Result<ChildCast> MakeChild(const DataType& from, const DataType& to) {
  // Children always fail; what a failure means is decided for the whole value.
  TRY_ASSIGN(auto kernel, FindCast(from, to, /*try_cast=*/false));
  return ChildCast{from, to, std::move(kernel)};
}

Result<std::shared_ptr<arrow::Array>> RunChild(KernelContext& ctx, const ChildCast& child,
                                               std::shared_ptr<arrow::Array> column,
                                               RowErrors* errors) {
  const std::vector<DataType> types = {child.from};
  std::unique_ptr<KernelState> state;
  KernelContext inner{ctx.session, types, child.to, errors, &state};
  const int64_t length = column->length();
  TRY_ASSIGN(auto result, child.kernel(inner, {arrow::Datum(std::move(column))}, length));
  return result.make_array();
}

/// The rows that a child failed in, with the first message of each.
struct FailedRows {
  std::vector<RowErrors::Entry> rows;

  void Add(int64_t row, const RowErrors::Entry& cause) {
    if (std::any_of(rows.begin(), rows.end(),
                    [&](const auto& entry) { return entry.row == row; })) {
      return;
    }
    rows.push_back({row, cause.code, cause.message});
  }
};

/// Makes failed rows NULL and reports them unless it is a TRY_CAST.
std::shared_ptr<arrow::ArrayData> WithFailures(KernelContext& ctx,
                                               std::shared_ptr<arrow::ArrayData> column,
                                               const FailedRows& failed, CastFailure failure) {
  if (failed.rows.empty()) return column;
  auto validity = AllocateColumn(arrow::bit_util::BytesForBits(column->length));
  for (int64_t i = 0; i < column->length; ++i) {
    arrow::bit_util::SetBitTo(validity->mutable_data(), i, column->IsValid(i));
  }
  for (const RowErrors::Entry& entry : failed.rows) {
    arrow::bit_util::ClearBit(validity->mutable_data(), entry.row);
    if (failure == CastFailure::kFail) ctx.errors->Add(entry.row, entry.code, entry.message);
  }
  column->buffers[0] = std::move(validity);
  column->null_count = arrow::kUnknownNullCount;
  return column;
}

/// Offsets of a list column moved to start at zero.
std::shared_ptr<arrow::Buffer> RebasedOffsets(const arrow::ArrayData& list) {
  const int32_t* offsets = list.GetValues<int32_t>(1);
  auto buffer = AllocateColumn((list.length + 1) * static_cast<int64_t>(sizeof(int32_t)));
  auto* out = reinterpret_cast<int32_t*>(buffer->mutable_data());
  for (int64_t i = 0; i <= list.length; ++i) out[i] = offsets[i] - offsets[0];
  return buffer;
}

Result<std::shared_ptr<arrow::ArrayData>> CastList(KernelContext& ctx, const arrow::Array& column,
                                                   const std::vector<ChildCast>& children,
                                                   CastFailure failure) {
  const arrow::ArrayData& data = *column.data();
  const int32_t* offsets = data.GetValues<int32_t>(1);
  const int64_t count = offsets[data.length] - offsets[0];
  const auto values = arrow::MakeArray(data.child_data[0])->Slice(offsets[0], count);
  const bool map = children.size() == 2;
  FailedRows failed;
  arrow::ArrayVector cast;
  for (size_t i = 0; i < children.size(); ++i) {
    const auto child =
        map ? static_cast<const arrow::StructArray&>(*values).field(static_cast<int>(i)) : values;
    RowErrors errors;
    TRY_ASSIGN(auto done, RunChild(ctx, children[i], child, &errors));
    cast.push_back(std::move(done));
    for (const RowErrors::Entry& entry : errors.entries()) {
      const int32_t* next = std::upper_bound(offsets, offsets + data.length + 1,
                                             static_cast<int32_t>(entry.row + offsets[0]));
      failed.Add(next - offsets - 1, entry);
    }
  }
  const auto type = ctx.result_type.ToArrow();
  std::shared_ptr<arrow::ArrayData> items = cast[0]->data();
  if (map) {
    items = arrow::ArrayData::Make(static_cast<const arrow::MapType&>(*type).value_type(), count,
                                   {nullptr}, {cast[0]->data(), cast[1]->data()}, 0);
  }
  return WithFailures(
      ctx,
      arrow::ArrayData::Make(type, data.length, {ValidityOf(data), RebasedOffsets(data)}, {items}),
      failed, failure);
}

Result<std::shared_ptr<arrow::ArrayData>> CastRow(KernelContext& ctx, const arrow::Array& column,
                                                  const std::vector<ChildCast>& children,
                                                  CastFailure failure) {
  const auto& rows = static_cast<const arrow::StructArray&>(column);
  FailedRows failed;
  std::vector<std::shared_ptr<arrow::ArrayData>> fields;
  for (size_t i = 0; i < children.size(); ++i) {
    RowErrors errors;
    TRY_ASSIGN(auto done, RunChild(ctx, children[i], rows.field(static_cast<int>(i)), &errors));
    fields.push_back(done->data());
    for (const RowErrors::Entry& entry : errors.entries()) {
      if (column.IsValid(entry.row)) failed.Add(entry.row, entry);
    }
  }
  return WithFailures(ctx,
                      arrow::ArrayData::Make(ctx.result_type.ToArrow(), column.length(),
                                             {ValidityOf(*column.data())}, std::move(fields)),
                      failed, failure);
}

Result<std::vector<ChildCast>> ChildrenOf(const DataType& from, const DataType& to) {
  std::vector<ChildCast> children;
  const auto add = [&](const DataType& source, const DataType& target) -> Status {
    TRY_ASSIGN(auto child, MakeChild(source, target));
    children.push_back(std::move(child));
    return OkStatus();
  };
  switch (from.kind()) {
    case TypeKind::kArray: TRY(add(from.element(), to.element())); break;
    case TypeKind::kMultiset:
      TRY(add(from.element(), to.element()));
      TRY(add(DataType::Int(), DataType::Int()));
      break;
    case TypeKind::kMap:
      TRY(add(from.key(), to.key()));
      TRY(add(from.value(), to.value()));
      break;
    default:
      CHECK(from.kind() == TypeKind::kRow);
      for (size_t i = 0; i < from.fields().size(); ++i) {
        TRY(add(from.fields()[i].type, to.fields()[i].type));
      }
  }
  return children;
}

}  // namespace

Result<ScalarKernel> NestedToNested(const DataType& from, const DataType& to, CastFailure failure) {
  TRY_ASSIGN(auto children, ChildrenOf(from, to));
  const bool row = from.kind() == TypeKind::kRow;
  return [children, failure, row](KernelContext& ctx, const Arguments& args,
                                  int64_t length) -> Result<arrow::Datum> {
    const NestedReader in(args[0]);
    auto cast = row ? CastRow(ctx, in.array(), children, failure)
                    : CastList(ctx, in.array(), children, failure);
    if (!cast) return std::unexpected(std::move(cast).error());
    if (args[0].is_scalar()) return ScalarOfRow(ctx, *std::move(cast), length);
    return arrow::Datum(*std::move(cast));
  };
}

}  // namespace millrace
