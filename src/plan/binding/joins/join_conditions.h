// SPDX-License-Identifier: Apache-2.0
// What conditions over the columns left ++ right of a join say: which side they are about, which
// times they compare, which padded rows they cannot be true for.
#pragma once

#include <cstdint>
#include <optional>

#include "expr/expression.h"

namespace millrace {

/// Which inputs an expression uses.
struct Sides {
  bool left = false;
  bool right = false;
};
Sides SidesOf(const ExpressionPtr& expression, int left_size);

/// column + offset milliseconds, the shape time bounds are made of.
struct TimeTerm {
  int column = -1;
  int64_t offset = 0;
};
std::optional<TimeTerm> AsTimeTerm(const ExpressionPtr& expression);

/// Two expressions that a condition says to be equal.
struct Equality {
  ExpressionPtr a;
  ExpressionPtr b;
  bool nulls_match = false;  // IS NOT DISTINCT FROM
};
std::optional<Equality> AsEquality(const ExpressionPtr& expression);

/// Whether the condition is never TRUE for a row whose columns [begin, end) are all NULL. "No" may
/// also mean that it cannot be told.
bool RejectsNulls(const ExpressionPtr& condition, int begin, int end);

}  // namespace millrace
