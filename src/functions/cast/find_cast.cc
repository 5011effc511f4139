// SPDX-License-Identifier: Apache-2.0
// Chooses the kernel of a cast.
#include <arrow/type.h>

#include "functions/cast/cast.h"
#include "functions/coercion.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

bool FitsLength(const DataType& from, const DataType& to) {
  const bool fixed = to.kind() == TypeKind::kChar || to.kind() == TypeKind::kBinary;
  if (fixed) return from.kind() == to.kind() && from.length() == to.length();
  return from.length() <= to.length();
}

/// True if every value of `from` is already a value of `to`, in the same Arrow layout.
bool IsIdentity(const DataType& from, const DataType& to) {
  if (from.EqualIgnoringNull(to)) return true;
  if ((from.is_character() && to.is_character()) || (from.is_binary() && to.is_binary())) {
    return FitsLength(from, to);
  }
  if (from.kind() != to.kind()) return false;
  if (from.is_timestamp()) {
    return from.precision() <= to.precision() &&
           TimestampUnit(from.precision()) == TimestampUnit(to.precision());
  }
  if (from.kind() == TypeKind::kTime) return from.precision() <= to.precision();
  return from.kind() == TypeKind::kArray && IsIdentity(from.element(), to.element());
}

Result<arrow::Datum> ReturnArgument(KernelContext&, const Arguments& args, int64_t) {
  return args[0];
}

Result<arrow::Datum> ReturnNull(KernelContext& ctx, const Arguments& args, int64_t length) {
  return NullResult(ctx, args, length);
}

Result<ScalarKernel> ChooseCast(const DataType& from, const DataType& to, CastFailure failure) {
  if (to.is_character()) return ToText(from, to);
  if (from.is_numeric()) {
    return to.is_numeric() ? NumberToNumber(from, to, failure) : NumberToBoolean(from);
  }
  if (from.kind() == TypeKind::kBoolean) return BooleanToNumber(to);
  if (to.is_binary()) return ToBinary(to);
  if (from.is_character()) {
    if (to.is_numeric()) return TextToNumber(to, failure);
    if (to.kind() == TypeKind::kBoolean) return TextToBoolean(failure);
    return TextToTemporal(to, failure);
  }
  switch (from.kind()) {
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: return TemporalToTemporal(from, to, failure);
    default: return NestedToNested(from, to, failure);
  }
}

std::string WhyNot(const DataType& from, const DataType& to) {
  if (from.is_numeric() && to.is_timestamp()) {
    return "use TO_TIMESTAMP_LTZ(number, precision): 0 for seconds, 3 for milliseconds";
  }
  if (from.is_timestamp() && to.is_numeric()) {
    return "use UNIX_TIMESTAMP(text), or EXTRACT, or TIMESTAMPDIFF";
  }
  if (to.is_interval()) return "write INTERVAL '1' DAY * number";
  return {};
}

}  // namespace

Result<ScalarKernel> FindCast(const DataType& from, const DataType& to, bool try_cast) {
  if (!CanExplicitlyCast(from, to)) {
    return UserError(
        "MR0304",
        "there is no cast from " + from.Nullable().ToString() + " to " + to.Nullable().ToString(),
        {}, WhyNot(from, to));
  }
  if (from.kind() == TypeKind::kNull) return ScalarKernel(ReturnNull);
  if (IsIdentity(from, to)) return ScalarKernel(ReturnArgument);
  return ChooseCast(from, to, try_cast ? CastFailure::kNull : CastFailure::kFail);
}

}  // namespace millrace
