// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/type_binder.h"

#include "sql/printer.h"

namespace millrace {
namespace {

/// A length or precision within [low, high], or the default; reports and answers nullopt otherwise.
std::optional<int> Parameter(BindContext* context, const sql::TypeName& type,
                             const std::optional<int64_t>& value, int fallback, int low, int high,
                             std::string_view what) {
  if (!value) return fallback;
  if (*value < low || *value > high) {
    Diagnostic& diagnostic =
        context->Error("MR0303",
                       std::string(what) + " of " + std::string(sql::TypeKindName(type.kind)) +
                           " must be " + std::to_string(low) + " to " + std::to_string(high) +
                           ", found " + std::to_string(*value),
                       type.span);
    const std::string name(sql::TypeKindName(type.kind));
    const int64_t near = *value < low ? low : high;
    if (type.kind == sql::TypeKind::kDecimal) {
      const int64_t scale = std::min<int64_t>(type.scale.value_or(0), near);
      diagnostic.try_text = name + "(" + std::to_string(near) + ", " + std::to_string(scale) + ")";
    } else {
      diagnostic.try_text = name + "(" + std::to_string(near) + ")";
    }
    return std::nullopt;
  }
  return static_cast<int>(*value);
}

std::optional<DataType> BindNested(BindContext* context, const sql::TypeName& type) {
  if (type.kind == sql::TypeKind::kRow) {
    std::vector<DataType::Field> fields;
    for (const sql::TypeField& field : type.fields) {
      const auto bound = BindType(context, *field.type);
      if (!bound) return std::nullopt;
      fields.push_back({field.name.text, *bound});
    }
    return DataType::Row(std::move(fields));
  }
  std::vector<DataType> elements;
  for (const sql::TypeNamePtr& element : type.elements) {
    const auto bound = BindType(context, *element);
    if (!bound) return std::nullopt;
    elements.push_back(*bound);
  }
  switch (type.kind) {
    case sql::TypeKind::kArray: return DataType::Array(elements[0]);
    case sql::TypeKind::kMultiset: return DataType::Multiset(elements[0]);
    default: return DataType::Map(elements[0], elements[1]);
  }
}

std::optional<DataType> BindWithLength(BindContext* context, const sql::TypeName& type) {
  const bool varying =
      type.kind == sql::TypeKind::kVarchar || type.kind == sql::TypeKind::kVarbinary;
  const auto length = Parameter(context, type, type.precision, varying ? DataType::kMaxLength : 1,
                                1, DataType::kMaxLength, "the length");
  if (!length) return std::nullopt;
  switch (type.kind) {
    case sql::TypeKind::kChar: return DataType::Char(*length);
    case sql::TypeKind::kVarchar: return DataType::Varchar(*length);
    case sql::TypeKind::kBinary: return DataType::Binary(*length);
    default: return DataType::Varbinary(*length);
  }
}

std::optional<DataType> BindTimestamp(BindContext* context, const sql::TypeName& type) {
  const auto precision = Parameter(context, type, type.precision, 6, 0, 9, "the precision");
  if (!precision) return std::nullopt;
  return type.kind == sql::TypeKind::kTimestamp ? DataType::Timestamp(*precision)
                                                : DataType::TimestampLtz(*precision);
}

std::optional<DataType> BindDecimal(BindContext* context, const sql::TypeName& type) {
  const auto precision = Parameter(context, type, type.precision, 10, 1, 38, "the precision");
  if (!precision) return std::nullopt;
  const auto scale = Parameter(context, type, type.scale, 0, 0, *precision, "the scale");
  if (!scale) return std::nullopt;
  return DataType::Decimal(*precision, *scale);
}

std::optional<DataType> BindInterval(const sql::TypeName& type) {
  const bool months = type.interval && (type.interval->start == sql::TimeUnit::kYear ||
                                        type.interval->start == sql::TimeUnit::kMonth);
  return months ? DataType::IntervalYearMonth() : DataType::IntervalDayTime();
}

std::optional<DataType> BindKind(BindContext* context, const sql::TypeName& type) {
  using K = sql::TypeKind;
  switch (type.kind) {
    case K::kBoolean: return DataType::Boolean();
    case K::kTinyint: return DataType::TinyInt();
    case K::kSmallint: return DataType::SmallInt();
    case K::kInt: return DataType::Int();
    case K::kBigint: return DataType::BigInt();
    case K::kFloat: return DataType::Float();
    case K::kDouble: return DataType::Double();
    case K::kDecimal: return BindDecimal(context, type);
    case K::kString: return DataType::String();
    case K::kBytes: return DataType::Bytes();
    case K::kChar:
    case K::kVarchar:
    case K::kBinary:
    case K::kVarbinary: return BindWithLength(context, type);
    case K::kDate: return DataType::Date();
    case K::kTime: {
      const auto precision = Parameter(context, type, type.precision, 0, 0, 9, "the precision");
      if (!precision) return std::nullopt;
      return DataType::Time(*precision);
    }
    case K::kTimestamp:
    case K::kTimestampLtz: return BindTimestamp(context, type);
    case K::kInterval: return BindInterval(type);
    case K::kArray:
    case K::kMap:
    case K::kMultiset:
    case K::kRow: return BindNested(context, type);
    case K::kBitmap: return DataType::Of(TypeKind::kBitmap);
    case K::kVariant: return DataType::Of(TypeKind::kVariant);
    default: context->NotSupported("type " + sql::Print(type), type.span); return std::nullopt;
  }
}

}  // namespace

std::optional<DataType> BindType(BindContext* context, const sql::TypeName& type) {
  const auto bound = BindKind(context, type);
  if (!bound) return std::nullopt;
  return bound->Nullable(type.nullability != sql::Nullability::kNotNull);
}

}  // namespace millrace
