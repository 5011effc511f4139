// SPDX-License-Identifier: Apache-2.0
// The families of casts that find_cast.cc chooses from. All follow explicit CAST of Flink; where an
// implicit cast exists it is the same kernel.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "functions/function.h"
#include "functions/row_error.h"

namespace millrace {

/// What happens to a value that cannot be cast: the row fails, or NULL for TRY_CAST.
enum class CastFailure { kFail, kNull };

/// Ends a row whose value cannot be cast: `cannot cast 'x' to INT`.
template <typename Out>
void FailCast(Out& out, CastFailure failure, std::string_view value, const DataType& to) {
  if (failure == CastFailure::kNull) return out.Null();
  constexpr size_t kShown = 64;
  std::string message = "cannot cast '";
  message.append(value.substr(0, kShown));
  if (value.size() > kShown) message.append("...");
  out.Fail(kCastFailed, message + "' to " + to.Nullable().ToString());
}

ScalarKernel NumberToNumber(const DataType& from, const DataType& to, CastFailure failure);
ScalarKernel BooleanToNumber(const DataType& to);
ScalarKernel NumberToBoolean(const DataType& from);
ScalarKernel TextToNumber(const DataType& to, CastFailure failure);
ScalarKernel TextToBoolean(CastFailure failure);
/// Anything to CHAR or VARCHAR.
ScalarKernel ToText(const DataType& from, const DataType& to);
/// Text or bytes to BINARY or VARBINARY.
ScalarKernel ToBinary(const DataType& to);
ScalarKernel TextToTemporal(const DataType& to, CastFailure failure);
ScalarKernel TemporalToTemporal(const DataType& from, const DataType& to, CastFailure failure);
/// ARRAY to ARRAY and so on, element by element.
Result<ScalarKernel> NestedToNested(const DataType& from, const DataType& to, CastFailure failure);

}  // namespace millrace
