// SPDX-License-Identifier: Apache-2.0
// SimpleFunction: the common case of a scalar function. Fixed parameters, a result type made from
// the call site, one kernel whatever the number of arguments. Functions with other rules write
// resolve by hand.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "functions/function.h"

namespace millrace {

/// What a parameter takes, and what the argument is cast to.
enum class Parameter {
  kText,    // CHAR or VARCHAR of any length, as it is
  kInt,     // TINYINT to INT, cast to INT
  kBigInt,  // TINYINT to BIGINT, cast to BIGINT
  kBoolean,
  kBytes,  // BINARY or VARBINARY, as it is
  kTextOrBytes,
  kAny,
};

/// The last parameter repeats from here on.
constexpr size_t kAnyNumber = 1000;

struct SimpleFunction {
  std::string name;
  std::vector<std::string> aliases;
  std::vector<Parameter> parameters;  // the last one repeats if `max` is larger
  size_t min = 1;
  size_t max = 1;
  /// The result type; its nullability is set by `nullable`.
  std::function<DataType(const CallSite&)> result;
  /// kFromArguments: NULL possible if an argument may be NULL. kAlways: always.
  enum class Nullable {
    kFromArguments,
    kAlways,
    kFromFirst,
    kNever
  } nullable = Nullable::kFromArguments;
  Volatility volatility = Volatility::kImmutable;
  bool can_fail = false;
  ScalarKernel kernel;
  FunctionDoc doc;
};

/// MR0302 or MR0301 unless the arguments fit; the types they are cast to otherwise.
Result<std::vector<DataType>> MatchParameters(std::string_view name, const CallSite& site,
                                              const std::vector<Parameter>& parameters, size_t min,
                                              size_t max, std::string_view accepted);

ScalarFunction MakeSimple(SimpleFunction simple);

/// result: that type for every call.
std::function<DataType(const CallSite&)> Always(DataType type);
/// VARCHAR as long as the first argument may be.
DataType VarcharOfFirst(const CallSite& site);
/// The first argument's type.
DataType TypeOfFirst(const CallSite& site);

}  // namespace millrace
