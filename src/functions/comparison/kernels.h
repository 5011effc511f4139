// SPDX-License-Identifier: Apache-2.0
// Kernels of comparisons, after the arguments were brought to comparable types (see
// ComparisonType).
#pragma once

#include "functions/function.h"

namespace millrace {

enum class CompareOp { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

/// True if the order -1, 0, 1 of two values satisfies the operator.
constexpr bool Satisfies(CompareOp op, int order) {
  switch (op) {
    case CompareOp::kEqual: return order == 0;
    case CompareOp::kNotEqual: return order != 0;
    case CompareOp::kLess: return order < 0;
    case CompareOp::kLessOrEqual: return order <= 0;
    case CompareOp::kGreater: return order > 0;
    default: return order >= 0;
  }
}

/// NULL if a side is NULL. Two DECIMALs may differ in precision and scale; other types are the
/// same.
ScalarKernel Comparison(CompareOp op, const DataType& left, const DataType& right);
/// ARRAY, MAP and MULTISET by value (NULL elements are equal); ROW field by field with NULL logic.
ScalarKernel NestedComparison(CompareOp op, const DataType& type);
/// NULL-safe: never NULL. `negated`: IS NOT DISTINCT FROM.
ScalarKernel DistinctFrom(bool negated, const DataType& left, const DataType& right);

}  // namespace millrace
