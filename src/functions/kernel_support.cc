// SPDX-License-Identifier: Apache-2.0
#include "functions/kernel_support.h"

#include <arrow/array/util.h>

#include <algorithm>

#include "base/check.h"

namespace millrace {

bool AllScalars(const std::vector<arrow::Datum>& args) {
  return std::all_of(args.begin(), args.end(),
                     [](const arrow::Datum& arg) { return arg.is_scalar(); });
}

NestedReader::NestedReader(const arrow::Datum& datum) : ValidityReader(datum) {
  if (datum.is_scalar()) {
    auto made = arrow::MakeArrayFromScalar(*datum.scalar(), 1);
    CHECK(made.ok());
    array_ = std::move(made).ValueUnsafe();
    step_ = 0;
  } else {
    array_ = datum.make_array();
  }
}

Result<arrow::Datum> ScalarOfRow(KernelContext& ctx, std::shared_ptr<arrow::ArrayData> column,
                                 int64_t length) {
  auto scalar = arrow::MakeArray(column)->GetScalar(0);
  if (!scalar.ok()) return InternalError("no scalar of a result", scalar.status().ToString());
  if (!ctx.errors->empty() && ctx.errors->entries().front().row == 0) {
    const RowErrors::Entry first = ctx.errors->entries().front();
    for (int64_t row = 1; row < length; ++row) ctx.errors->Add(row, first.code, first.message);
  }
  return arrow::Datum(*std::move(scalar));
}

std::shared_ptr<arrow::Buffer> ValidityOf(const arrow::ArrayData& data) {
  if (!data.MayHaveNulls()) return nullptr;
  if (data.offset == 0) return data.buffers[0];
  auto copy = arrow::internal::CopyBitmap(arrow::default_memory_pool(), data.buffers[0]->data(),
                                          data.offset, data.length);
  CHECK(copy.ok());
  return std::move(copy).ValueUnsafe();
}

std::shared_ptr<arrow::Buffer> IntersectValidity(const arrow::Datum& left,
                                                 const arrow::Datum& right) {
  // A scalar in here is valid: callers answer NULL scalars before.
  if (left.is_scalar() && right.is_scalar()) return nullptr;
  if (left.is_scalar()) return ValidityOf(*right.array());
  if (right.is_scalar()) return ValidityOf(*left.array());
  const arrow::ArrayData& a = *left.array();
  const arrow::ArrayData& b = *right.array();
  if (!a.MayHaveNulls()) return ValidityOf(b);
  if (!b.MayHaveNulls()) return ValidityOf(a);
  auto both = arrow::internal::BitmapAnd(arrow::default_memory_pool(), a.buffers[0]->data(),
                                         a.offset, b.buffers[0]->data(), b.offset, a.length, 0);
  CHECK(both.ok());
  return std::move(both).ValueUnsafe();
}

Result<arrow::Datum> NullResult(const KernelContext& ctx, const Arguments& args, int64_t length) {
  const auto type = ctx.result_type.ToArrow();
  if (AllScalars(args)) return arrow::Datum(arrow::MakeNullScalar(type));
  auto made = arrow::MakeArrayOfNull(type, length);
  if (!made.ok()) return InternalError("no column of NULL", made.status().ToString());
  return arrow::Datum(*std::move(made));
}

void PackBits(const uint8_t* bytes, int64_t count, uint8_t* bits) {
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    uint64_t eight;
    std::memcpy(&eight, bytes + i, sizeof(eight));
    bits[i >> 3] = static_cast<uint8_t>((eight * 0x0102040810204080ULL) >> 56);
  }
  if (i < count) {
    uint8_t last = 0;
    for (int64_t j = i; j < count; ++j) last |= static_cast<uint8_t>(bytes[j] << (j - i));
    bits[i >> 3] = last;
  }
}

std::unexpected<Error> NoSignature(std::string_view function, const CallSite& site,
                                   std::string_view accepted) {
  std::string found;
  for (const Argument& arg : site.args) {
    if (!found.empty()) found += ", ";
    found += arg.bare_null ? "NULL" : arg.type.ToString();
  }
  return UserError("MR0301", std::string(function) + " does not accept (" + found + ")",
                   "accepted: " + std::string(accepted));
}

std::unexpected<Error> WrongArgumentCount(std::string_view function, const CallSite& site,
                                          std::string_view accepted) {
  const size_t count = site.args.size();
  return UserError("MR0302",
                   std::string(function) + " does not take " + std::to_string(count) +
                       (count == 1 ? " argument" : " arguments"),
                   "accepted: " + std::string(accepted));
}

bool AnyNullable(const CallSite& site) {
  return std::any_of(site.args.begin(), site.args.end(),
                     [](const Argument& arg) { return arg.bare_null || arg.type.nullable(); });
}

}  // namespace millrace
