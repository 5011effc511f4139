// SPDX-License-Identifier: Apache-2.0
// Picks the C++ type of a numeric column for a generic lambda.
#pragma once

#include "base/check.h"
#include "data/data_type.h"
#include "data/decimal.h"
#include "functions/function.h"

namespace millrace {

/// Calls `visit.operator()<T>()`, T being int8_t to int64_t, float, double, or Int128 for DECIMAL.
template <typename Visit>
ScalarKernel VisitNumber(const DataType& type, Visit&& visit) {
  switch (type.kind()) {
    case TypeKind::kTinyInt: return visit.template operator()<int8_t>();
    case TypeKind::kSmallInt: return visit.template operator()<int16_t>();
    case TypeKind::kInt: return visit.template operator()<int32_t>();
    case TypeKind::kBigInt: return visit.template operator()<int64_t>();
    case TypeKind::kFloat: return visit.template operator()<float>();
    case TypeKind::kDouble: return visit.template operator()<double>();
    default: CHECK(type.is_decimal()); return visit.template operator()<Int128>();
  }
}

}  // namespace millrace
