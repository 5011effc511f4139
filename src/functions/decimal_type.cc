// SPDX-License-Identifier: Apache-2.0
#include "functions/decimal_type.h"

#include <algorithm>

#include "base/check.h"
#include "data/decimal.h"

namespace millrace {
namespace {

constexpr int kMinScaleKept = 6;

DataType Adjusted(int precision, int scale) {
  if (precision <= kMaxDecimalPrecision) return DataType::Decimal(precision, scale);
  const int integer_digits = precision - scale;
  const int least = std::min(scale, kMinScaleKept);
  return DataType::Decimal(kMaxDecimalPrecision,
                           std::max(kMaxDecimalPrecision - integer_digits, least));
}

}  // namespace

DataType DecimalOf(const DataType& exact) {
  switch (exact.kind()) {
    case TypeKind::kTinyInt: return DataType::Decimal(3, 0);
    case TypeKind::kSmallInt: return DataType::Decimal(5, 0);
    case TypeKind::kInt: return DataType::Decimal(10, 0);
    case TypeKind::kBigInt: return DataType::Decimal(19, 0);
    default: CHECK(exact.is_decimal()); return DataType::Decimal(exact.precision(), exact.scale());
  }
}

DataType DecimalSumType(const DataType& left, const DataType& right) {
  const int scale = std::max(left.scale(), right.scale());
  const int digits = std::max(left.precision() - left.scale(), right.precision() - right.scale());
  return Adjusted(digits + scale + 1, scale);
}

DataType DecimalProductType(const DataType& left, const DataType& right) {
  return Adjusted(left.precision() + right.precision() + 1, left.scale() + right.scale());
}

DataType DecimalQuotientType(const DataType& left, const DataType& right) {
  const int scale = std::max(kMinScaleKept, left.scale() + right.precision() + 1);
  return Adjusted(left.precision() - left.scale() + right.scale() + scale, scale);
}

DataType DecimalRemainderType(const DataType& left, const DataType& right) {
  const int scale = std::max(left.scale(), right.scale());
  const int digits = std::min(left.precision() - left.scale(), right.precision() - right.scale());
  return DataType::Decimal(std::max(digits + scale, 1), scale);
}

DataType DecimalCommonType(const DataType& left, const DataType& right) {
  const int digits = std::max(left.precision() - left.scale(), right.precision() - right.scale());
  const int scale = std::min(std::max(left.scale(), right.scale()), kMaxDecimalPrecision - digits);
  return DataType::Decimal(std::max(digits + scale, 1), scale);
}

}  // namespace millrace
