// SPDX-License-Identifier: Apache-2.0
// Precision and scale of DECIMAL results as Flink derives them. Beyond 38 digits the integer part
// is kept and the scale shrinks, but not below 6.
#pragma once

#include "data/data_type.h"

namespace millrace {

/// The DECIMAL that holds every value of an exact type: INT is DECIMAL(10, 0). Itself for a
/// DECIMAL.
DataType DecimalOf(const DataType& exact);

/// Types of left op right for two DECIMALs; nullability is not set.
DataType DecimalSumType(const DataType& left, const DataType& right);
DataType DecimalProductType(const DataType& left, const DataType& right);
DataType DecimalQuotientType(const DataType& left, const DataType& right);
DataType DecimalRemainderType(const DataType& left, const DataType& right);

/// The least restrictive DECIMAL of both; the integer part goes before the scale.
DataType DecimalCommonType(const DataType& left, const DataType& right);

}  // namespace millrace
