// SPDX-License-Identifier: Apache-2.0
#include "expr/literal_text.h"

#include <arrow/array/util.h>
#include <arrow/scalar.h>

#include "data/row_format.h"

namespace millrace {
namespace {

std::string Quote(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string LiteralText(const DataType& type, const arrow::Scalar& value) {
  if (!value.is_valid) return "NULL:" + type.Nullable().ToString();
  auto array = arrow::MakeArrayFromScalar(value, 1);
  if (!array.ok()) return value.ToString();
  std::string text;
  AppendValueText(type, **array, 0, &text);
  switch (type.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarchar: return Quote(text);
    case TypeKind::kBoolean:
    case TypeKind::kInt:
    case TypeKind::kDecimal: return text;
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: return type.NotNull().Nullable().ToString() + " " + Quote(text);
    default: return text + ":" + type.Nullable().ToString();
  }
}

}  // namespace millrace
