// SPDX-License-Identifier: Apache-2.0
// Casts of every type to CHAR and VARCHAR, and of text and bytes to BINARY and VARBINARY.
#include "data/value_text.h"
#include "functions/cast/cast.h"
#include "functions/cast/value_text.h"
#include "functions/kernel_support.h"
#include "functions/session_zone.h"

namespace millrace {
namespace {

/// A kernel from an `append(value, std::string*)`.
template <typename From, typename Append>
ScalarKernel AppendKernel(const DataType& to, Append append) {
  return RowKernel<std::string_view, From>([to, append](auto& out, From value) {
    append(value, &out.bytes());
    FitCharacters(to, out.row_start(), &out.bytes());
  });
}

template <typename From>
ScalarKernel IntegerToText(const DataType& to) {
  return AppendKernel<From>(to, [](From value, std::string* out) { AppendInteger(value, out); });
}

/// Any other type, by the recursive text of a value.
ScalarKernel AnyToText(const DataType& from, const DataType& to) {
  return [from, to](KernelContext& ctx, const Arguments& args, int64_t length) {
    const TimeZone& zone = SessionZone(ctx);
    return RunKernel(ctx, args, length, [&](int64_t rows) {
      const NestedReader in(args[0]);
      StringWriter out(&ctx, rows);
      for (int64_t i = 0; i < rows; ++i) {
        if (in.IsNull(i)) {
          out.Null();
        } else {
          AppendCastText(from, in.array(), in.row(i), zone, &out.bytes());
          FitCharacters(to, out.row_start(), &out.bytes());
        }
        out.EndRow();
      }
      return out.Finish(ctx.result_type.ToArrow());
    });
  };
}

}  // namespace

ScalarKernel ToText(const DataType& from, const DataType& to) {
  switch (from.kind()) {
    case TypeKind::kTinyInt: return IntegerToText<int8_t>(to);
    case TypeKind::kSmallInt: return IntegerToText<int16_t>(to);
    case TypeKind::kInt: return IntegerToText<int32_t>(to);
    case TypeKind::kBigInt: return IntegerToText<int64_t>(to);
    case TypeKind::kDouble:
      return AppendKernel<double>(to,
                                  [](double value, std::string* out) { AppendDouble(value, out); });
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return AppendKernel<std::string_view>(
          to, [](std::string_view text, std::string* out) { out->append(text); });
    default: return AnyToText(from, to);
  }
}

ScalarKernel ToBinary(const DataType& to) {
  const auto length = static_cast<size_t>(to.length());
  const bool padded = to.kind() == TypeKind::kBinary;
  return RowKernel<std::string_view, std::string_view>(
      [length, padded](auto& out, std::string_view bytes) {
        out.Set(bytes.substr(0, length));
        if (padded && bytes.size() < length) out.bytes().append(length - bytes.size(), '\0');
      });
}

}  // namespace millrace
