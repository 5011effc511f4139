// SPDX-License-Identifier: Apache-2.0
// Kernels of + - * / % by family. operators.cc chooses among them and registers the operators.
#pragma once

#include "functions/function.h"

namespace millrace {

enum class ArithmeticOp { kAdd, kSubtract, kMultiply, kDivide, kRemainder };

/// Both arguments of the same integer or approximate type, which is the result's too; kRemainder
/// (integers only) gives `result`, which may be narrower. Integers wrap; an integer / 0 fails its
/// row.
ScalarKernel NumericArithmetic(ArithmeticOp op, const DataType& args, const DataType& result);
ScalarKernel NumericNegation(const DataType& type);

/// DECIMAL op DECIMAL. Exact, then rounded half away from zero to the result's scale; NULL when it
/// does not fit; / 0 fails its row.
ScalarKernel DecimalArithmetic(ArithmeticOp op, const DataType& left, const DataType& right,
                               const DataType& result);

/// Whole DECIMAL % whole DECIMAL as an integer of the type `result`, which every remainder by its
/// values fits; % 0 fails its row.
ScalarKernel WholeDecimalRemainder(const DataType& result);

/// point (DATE, TIME, TIMESTAMP) + or - interval. `interval_first`: the arguments come the other
/// way round (+ only).
ScalarKernel PointPlusInterval(ArithmeticOp op, const DataType& point, const DataType& interval,
                               bool interval_first);

}  // namespace millrace
