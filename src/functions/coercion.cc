// SPDX-License-Identifier: Apache-2.0
#include "functions/coercion.h"

#include <algorithm>

#include "functions/decimal_type.h"

namespace millrace {
namespace {

bool IsNested(TypeKind kind) {
  return kind == TypeKind::kArray || kind == TypeKind::kMap || kind == TypeKind::kMultiset ||
         kind == TypeKind::kRow;
}

/// Kind by kind rule for types without children.
bool ImplicitKinds(TypeKind from, TypeKind to) {
  if (from == to) return true;
  switch (to) {
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt: return from >= TypeKind::kTinyInt && from < to;
    case TypeKind::kFloat:
      return (from >= TypeKind::kTinyInt && from <= TypeKind::kBigInt) ||
             from == TypeKind::kDecimal;
    case TypeKind::kDouble:
    case TypeKind::kDecimal: return from >= TypeKind::kTinyInt && from <= TypeKind::kDecimal;
    case TypeKind::kVarchar: return from == TypeKind::kChar;
    case TypeKind::kVarbinary: return from == TypeKind::kBinary;
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestampLtz: return from == TypeKind::kTimestamp;
    case TypeKind::kTimestamp: return from == TypeKind::kTimestampLtz;
    default: return false;
  }
}

bool AllFields(const DataType& from, const DataType& to,
               bool (*holds)(const DataType&, const DataType&)) {
  if (from.fields().size() != to.fields().size()) return false;
  for (size_t i = 0; i < from.fields().size(); ++i) {
    if (!holds(from.fields()[i].type, to.fields()[i].type)) return false;
  }
  return true;
}

bool NestedCast(const DataType& from, const DataType& to,
                bool (*holds)(const DataType&, const DataType&)) {
  if (from.kind() != to.kind()) return false;
  switch (from.kind()) {
    case TypeKind::kArray:
    case TypeKind::kMultiset: return holds(from.element(), to.element());
    case TypeKind::kMap: return holds(from.key(), to.key()) && holds(from.value(), to.value());
    default: return AllFields(from, to, holds);
  }
}

/// Common type of two texts or two byte strings: fixed length only if both are of that length.
DataType CommonLength(const DataType& left, const DataType& right) {
  const bool fixed = left.kind() == right.kind() && left.length() == right.length();
  if (fixed) return left;
  const int length = std::max(left.length(), right.length());
  return left.is_character() ? DataType::Varchar(length) : DataType::Varbinary(length);
}

/// Of two approximate types the first stays, as in Flink: CASE over FLOAT and DOUBLE is FLOAT.
DataType CommonNumber(const DataType& left, const DataType& right) {
  if (left.is_approximate()) return right.is_decimal() ? DataType::Double() : left;
  if (right.is_approximate()) return left.is_decimal() ? DataType::Double() : right;
  if (left.is_decimal() || right.is_decimal()) {
    return DecimalCommonType(DecimalOf(left), DecimalOf(right));
  }
  return left.kind() >= right.kind() ? left : right;
}

DataType CommonTimestamp(const DataType& left, const DataType& right) {
  const int precision = std::max(left.precision(), right.precision());
  // Flink's rule for mixed kinds: the first kind with equal precision, otherwise the second.
  const TypeKind kind = left.precision() == right.precision() ? left.kind() : right.kind();
  return kind == TypeKind::kTimestamp ? DataType::Timestamp(precision)
                                      : DataType::TimestampLtz(precision);
}

std::optional<DataType> CommonOfTwo(const DataType& left, const DataType& right);

std::optional<DataType> CommonNested(const DataType& left, const DataType& right) {
  switch (left.kind()) {
    case TypeKind::kArray:
    case TypeKind::kMultiset: {
      auto element = CommonOfTwo(left.element(), right.element());
      if (!element) return std::nullopt;
      return left.kind() == TypeKind::kArray ? DataType::Array(*element)
                                             : DataType::Multiset(*element);
    }
    case TypeKind::kMap: {
      auto key = CommonOfTwo(left.key(), right.key());
      auto value = CommonOfTwo(left.value(), right.value());
      if (!key || !value) return std::nullopt;
      return DataType::Map(*key, *value);
    }
    default: break;
  }
  if (left.fields().size() != right.fields().size()) return std::nullopt;
  std::vector<DataType::Field> fields;
  for (size_t i = 0; i < left.fields().size(); ++i) {
    auto type = CommonOfTwo(left.fields()[i].type, right.fields()[i].type);
    if (!type) return std::nullopt;
    fields.push_back({left.fields()[i].name, *type});
  }
  return DataType::Row(std::move(fields));
}

std::optional<DataType> CommonIgnoringNull(const DataType& left, const DataType& right) {
  if (left.kind() == TypeKind::kNull) return right;
  if (right.kind() == TypeKind::kNull) return left;
  if (left.is_numeric() && right.is_numeric()) return CommonNumber(left, right);
  if ((left.is_character() && right.is_character()) || (left.is_binary() && right.is_binary())) {
    return CommonLength(left, right);
  }
  if (left.is_timestamp() && right.is_timestamp()) return CommonTimestamp(left, right);
  if (left.kind() != right.kind()) return std::nullopt;
  if (IsNested(left.kind())) return CommonNested(left, right);
  if (left.kind() == TypeKind::kTime) {
    return DataType::Time(std::max(left.precision(), right.precision()));
  }
  return left;
}

std::optional<DataType> CommonOfTwo(const DataType& left, const DataType& right) {
  auto type = CommonIgnoringNull(left, right);
  if (!type) return std::nullopt;
  const bool nullable = left.nullable() || right.nullable();
  return type->WithTimeAttribute(TimeAttribute::kNone).Nullable(nullable);
}

bool IsTemporalPoint(const DataType& type) {
  return type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime || type.is_timestamp();
}

}  // namespace

bool CanImplicitlyCast(const DataType& from, const DataType& to) {
  if (from.kind() == TypeKind::kNull) return true;
  if (IsNested(from.kind())) return NestedCast(from, to, CanImplicitlyCast);
  return ImplicitKinds(from.kind(), to.kind());
}

bool CanStoreAssign(const DataType& from, const DataType& to) {
  return CanImplicitlyCast(from, to);
}

std::optional<DataType> CommonType(std::span<const DataType> types) {
  if (types.empty()) return std::nullopt;
  DataType common = types[0].WithTimeAttribute(TimeAttribute::kNone);
  for (size_t i = 1; i < types.size(); ++i) {
    auto next = CommonOfTwo(common, types[i]);
    if (!next) return std::nullopt;
    common = *next;
  }
  return common;
}

std::optional<DataType> CommonArgumentType(std::span<const DataType> types) {
  auto common = CommonType(types);
  if (!common || common->kind() != TypeKind::kFloat) return common;
  const bool any_double = std::any_of(types.begin(), types.end(), [](const DataType& type) {
    return type.kind() == TypeKind::kDouble;
  });
  return any_double ? DataType::Double().Nullable(common->nullable()) : *common;
}

std::optional<DataType> ComparisonType(const DataType& left, const DataType& right, bool equality) {
  const auto reads_text = [](const DataType& type) {
    return IsTemporalPoint(type) || type.kind() == TypeKind::kBoolean;
  };
  if (reads_text(left) && right.is_character()) return left;
  if (reads_text(right) && left.is_character()) return right;
  if (left.is_timestamp() && right.is_timestamp() && left.kind() != right.kind()) {
    return DataType::TimestampLtz(std::max(left.precision(), right.precision()))
        .Nullable(left.nullable() || right.nullable());
  }
  const bool ordered = left.kind() != TypeKind::kBitmap && left.kind() != TypeKind::kVariant;
  if (!equality) {
    if (!ordered) return std::nullopt;
    if (left.is_numeric() && right.is_character()) return left;
    if (right.is_numeric() && left.is_character()) return right;
    if (IsNested(left.kind())) return std::nullopt;
  }
  return CommonOfTwo(left, right);
}

std::optional<DataType> ComparisonType(const DataType& left, const DataType& right) {
  return ComparisonType(left, right, true);
}

bool CanExplicitlyCast(const DataType& from, const DataType& to) {
  if (from.kind() == TypeKind::kNull) return true;
  if (IsNested(from.kind())) {
    return to.is_character() || NestedCast(from, to, CanExplicitlyCast);
  }
  const bool same = from.kind() == to.kind();
  if (from.is_numeric())
    return to.is_numeric() || to.is_character() || to.kind() == TypeKind::kBoolean;
  if (from.is_character()) {
    return to.is_character() || to.is_numeric() || to.is_binary() || IsTemporalPoint(to) ||
           to.kind() == TypeKind::kBoolean;
  }
  if (from.kind() == TypeKind::kBoolean) return same || to.is_numeric() || to.is_character();
  if (from.is_binary()) return to.is_binary() || to.is_character();
  if (from.kind() == TypeKind::kDate || from.kind() == TypeKind::kTime) {
    return same || to.is_timestamp() || to.is_character();
  }
  if (from.is_timestamp()) return IsTemporalPoint(to) || to.is_character();
  if (from.is_interval()) return same || to.is_character();
  if (from.kind() == TypeKind::kBitmap) return same || to.is_character();
  return same;
}

bool CastCanFail(const DataType& from, const DataType& to) {
  if (from.kind() == TypeKind::kNull) return false;
  if (from.is_character()) return !to.is_character() && !to.is_binary();
  // NaN and infinity have no DECIMAL; far away times have no nanoseconds.
  if (from.is_approximate() && to.is_decimal()) return true;
  if (to.is_timestamp() && TimestampTicksPerSecond(to.precision()) == 1'000'000'000) {
    return from.kind() != TypeKind::kTime && !(from.is_timestamp() && from.precision() > 6);
  }
  if (!IsNested(from.kind()) || from.kind() != to.kind()) return false;
  switch (from.kind()) {
    case TypeKind::kMap:
      return CastCanFail(from.key(), to.key()) || CastCanFail(from.value(), to.value());
    case TypeKind::kRow:
      for (size_t i = 0; i < from.fields().size(); ++i) {
        if (CastCanFail(from.fields()[i].type, to.fields()[i].type)) return true;
      }
      return false;
    default: return CastCanFail(from.element(), to.element());
  }
}

}  // namespace millrace
