// SPDX-License-Identifier: Apache-2.0
// The SQL spellings of the enumerations of the syntax tree.
#include "sql/ast/definition.h"

namespace millrace::sql {

std::string QualifiedName::ToString() const {
  std::string text;
  for (const Identifier& part : parts) {
    if (!text.empty()) text += '.';
    text += part.text;
  }
  return text;
}

std::string_view TimeUnitName(TimeUnit unit) {
  static constexpr std::string_view kNames[] = {
      "YEAR",    "QUARTER",     "MONTH",       "WEEK",       "DAY",       "HOUR", "MINUTE",
      "SECOND",  "MILLISECOND", "MICROSECOND", "NANOSECOND", "DOW",       "DOY",  "ISODOW",
      "ISOYEAR", "EPOCH",       "DECADE",      "CENTURY",    "MILLENNIUM"};
  return kNames[static_cast<size_t>(unit)];
}

std::string_view TypeKindName(TypeKind kind) {
  static constexpr std::string_view kNames[] = {"CHAR",
                                                "VARCHAR",
                                                "STRING",
                                                "BOOLEAN",
                                                "BINARY",
                                                "VARBINARY",
                                                "BYTES",
                                                "DECIMAL",
                                                "TINYINT",
                                                "SMALLINT",
                                                "INT",
                                                "BIGINT",
                                                "FLOAT",
                                                "DOUBLE",
                                                "DATE",
                                                "TIME",
                                                "TIMESTAMP",
                                                "TIMESTAMP_LTZ",
                                                "TIMESTAMP WITH TIME ZONE",
                                                "INTERVAL",
                                                "ARRAY",
                                                "MULTISET",
                                                "MAP",
                                                "ROW",
                                                "RAW",
                                                "VARIANT",
                                                "BITMAP",
                                                "NULL",
                                                "SYMBOL",
                                                "DESCRIPTOR",
                                                "STRUCTURED",
                                                "USER-DEFINED TYPE"};
  return kNames[static_cast<size_t>(kind)];
}

std::string_view BinaryOpName(BinaryOp op) {
  static constexpr std::string_view kNames[] = {"OR",
                                                "AND",
                                                "=",
                                                "<>",
                                                "<",
                                                "<=",
                                                ">",
                                                ">=",
                                                "+",
                                                "-",
                                                "*",
                                                "/",
                                                "%",
                                                "||",
                                                "OVERLAPS",
                                                "CONTAINS",
                                                "PRECEDES",
                                                "SUCCEEDS",
                                                "IMMEDIATELY PRECEDES",
                                                "IMMEDIATELY SUCCEEDS",
                                                "EQUALS",
                                                "MEMBER OF",
                                                "SUBMULTISET OF",
                                                "MULTISET UNION DISTINCT",
                                                "MULTISET UNION ALL",
                                                "MULTISET INTERSECT DISTINCT",
                                                "MULTISET INTERSECT ALL",
                                                "MULTISET EXCEPT DISTINCT",
                                                "MULTISET EXCEPT ALL"};
  return kNames[static_cast<size_t>(op)];
}

std::string_view ObjectKindName(ObjectKind kind) {
  static constexpr std::string_view kNames[] = {
      "TABLE",     "VIEW",     "FUNCTION",   "MODEL", "MATERIALIZED TABLE",
      "CATALOG",   "DATABASE", "CONNECTION", "JOB",   "COLUMN",
      "PROCEDURE", "MODULE",   "PARTITION",  "JAR"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace millrace::sql
