// SPDX-License-Identifier: Apache-2.0
// TypeName: a type as written. Synonyms are folded (NUMERIC is kDecimal, INTEGER is kInt); ranges
// and defaults of precisions are the binder's business, absent parameters stay absent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/ast/identifier.h"

namespace millrace::sql {

enum class TypeKind {
  kChar,
  kVarchar,
  kString,
  kBoolean,
  kBinary,
  kVarbinary,
  kBytes,
  kDecimal,
  kTinyint,
  kSmallint,
  kInt,
  kBigint,
  kFloat,
  kDouble,
  kDate,
  kTime,
  kTimestamp,
  kTimestampLtz,
  kTimestampTz,
  kInterval,
  kArray,
  kMultiset,
  kMap,
  kRow,
  kRaw,
  kVariant,
  kBitmap,
  kNull,
  kSymbol,
  kDescriptor,
  kStructured,  // STRUCTURED<'class', a INT, ..>
  kUserDefined,
};

enum class Nullability { kUnspecified, kNullable, kNotNull };

struct TypeName;
using TypeNamePtr = std::shared_ptr<const TypeName>;

/// A field of ROW<..> or STRUCTURED<..>.
struct TypeField {
  Identifier name;
  TypeNamePtr type;
  std::optional<StringLiteral> comment;
};

struct TypeName {
  Span span;
  TypeKind kind = TypeKind::kInt;
  Nullability nullability = Nullability::kUnspecified;
  std::optional<int64_t> precision;   // also the length of CHAR, VARCHAR, BINARY, VARBINARY
  std::optional<int64_t> scale;       // DECIMAL
  std::vector<TypeNamePtr> elements;  // ARRAY, MULTISET: 1; MAP: key, value
  std::vector<TypeField> fields;      // ROW, STRUCTURED
  std::optional<IntervalQualifier> interval;
  std::vector<StringLiteral> arguments;  // RAW('class', 'snapshot'), STRUCTURED<'class'
  QualifiedName user_defined;
};

/// Upper-case canonical spelling of the kind: "TIMESTAMP_LTZ", "DECIMAL", "ROW".
std::string_view TypeKindName(TypeKind kind);

}  // namespace millrace::sql
