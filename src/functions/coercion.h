// SPDX-License-Identifier: Apache-2.0
// Flink's implicit typing: which casts happen by themselves, common types, decimal arithmetic.
// Source of the rules: reference runs on Flink 2.3; tests/sql/functions/coercion*.exprs hold them.
#pragma once

#include <optional>
#include <span>

#include "data/data_type.h"
#include "functions/function.h"

namespace millrace {

/// True if a value of `from` may stand where `to` is wanted without CAST (function arguments,
/// INSERT, model inputs): numeric widening (also to lossy FLOAT/DOUBLE), CHAR->VARCHAR, lengths,
/// TIMESTAMP precision, nested types alike, DATE->TIMESTAMP. Nullability is ignored. NULL goes to
/// anything.
bool CanImplicitlyCast(const DataType& from, const DataType& to);

/// INSERT and UNION use a stricter rule than functions in some places.
bool CanStoreAssign(const DataType& from, const DataType& to);

/// The least restrictive type of CASE, COALESCE, UNION, VALUES, IN, ARRAY[]: nullopt if none.
std::optional<DataType> CommonType(std::span<const DataType> types);

/// The same for the arguments of GREATEST, LEAST, COALESCE and other calls: of FLOAT and DOUBLE,
/// DOUBLE.
std::optional<DataType> CommonArgumentType(std::span<const DataType> types);

/// The type both sides of a comparison are cast to; nullopt if they do not compare (1 = '1').
std::optional<DataType> ComparisonType(const DataType& left, const DataType& right);
/// With `equality` false (<, <=, >, >=) a text beside a number is read as a number, as in Flink.
std::optional<DataType> ComparisonType(const DataType& left, const DataType& right, bool equality);

/// Whether an explicit CAST exists at all.
bool CanExplicitlyCast(const DataType& from, const DataType& to);

/// A kernel of one argument. `try_cast`: NULL instead of an error. Fails (MR0304) if there is no
/// cast.
Result<ScalarKernel> FindCast(const DataType& from, const DataType& to, bool try_cast);
/// True if that cast can fail for some value (text -> number ...).
bool CastCanFail(const DataType& from, const DataType& to);

}  // namespace millrace
