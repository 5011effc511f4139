// SPDX-License-Identifier: Apache-2.0
// Printing of calls with their own syntax.
#include "sql/print/writer.h"

namespace millrace::sql {

void Writer::WriteSpecial(const Expr& expr) {
  auto tail = [this](std::string_view word, const ExprPtr& value) {
    if (value == nullptr) return;
    *this << word;
    WriteExpr(value, 0);
  };
  if (const auto* node = As<DatetimeDifference>(expr)) {
    constexpr int kSum = 40;
    *this << "(";
    WriteExpr(node->left, kSum);
    *this << " - ";
    WriteExpr(node->right, kSum + 1);
    *this << ") ";
    return WriteQualifier(node->qualifier);
  }
  if (const auto* node = As<Extract>(expr)) {
    *this << "EXTRACT(" << TimeUnitName(node->unit) << " FROM ";
    WriteExpr(node->value, 0);
  } else if (const auto* node = As<FloorCeil>(expr)) {
    *this << (node->ceil ? "CEIL(" : "FLOOR(");
    WriteExpr(node->value, 0);
    *this << " TO " << TimeUnitName(node->unit);
  } else if (const auto* node = As<Trim>(expr)) {
    return WriteTrim(*node);
  } else if (const auto* node = As<Position>(expr)) {
    constexpr int kSum = 40;
    *this << "POSITION(";
    WriteExpr(node->needle, kSum);
    tail(" IN ", node->haystack);
    tail(" FROM ", node->start);
  } else if (const auto* node = As<Overlay>(expr)) {
    *this << "OVERLAY(";
    WriteExpr(node->value, 0);
    tail(" PLACING ", node->replacement);
    tail(" FROM ", node->start);
    tail(" FOR ", node->length);
  } else if (const auto* node = As<Substring>(expr)) {
    *this << "SUBSTRING(";
    WriteExpr(node->value, 0);
    tail(" FROM ", node->start);
    tail(" FOR ", node->length);
  } else if (const auto* node = As<TimestampCall>(expr)) {
    *this << (node->difference ? "TIMESTAMPDIFF(" : "TIMESTAMPADD(") << TimeUnitName(node->unit);
    tail(", ", node->first);
    tail(", ", node->second);
  } else if (const auto* node = As<JsonExists>(expr)) {
    return WriteJsonExists(*node);
  } else if (const auto* node = As<JsonValue>(expr)) {
    return WriteJsonValue(*node);
  } else if (const auto* node = As<JsonQuery>(expr)) {
    return WriteJsonQuery(*node);
  } else if (const auto* node = As<JsonObject>(expr)) {
    return WriteJsonObject(*node);
  } else if (const auto* node = As<JsonArray>(expr)) {
    return WriteJsonArray(*node);
  }
  *this << ")";
}

void Writer::WriteTrim(const Trim& node) {
  static constexpr std::string_view kSides[] = {"", "BOTH ", "LEADING ", "TRAILING "};
  *this << "TRIM(" << kSides[static_cast<size_t>(node.side)];
  if (node.characters != nullptr) {
    WriteExpr(node.characters, 0);
    *this << " ";
  }
  if (node.side != Trim::Side::kUnspecified) *this << "FROM ";
  WriteExpr(node.value, 0);
  *this << ")";
}

void Writer::WriteBehavior(const JsonBehavior& behavior, std::string_view event) {
  static constexpr std::string_view kNames[] = {
      "",      "NULL",    "ERROR", "DEFAULT ",    "TRUE",
      "FALSE", "UNKNOWN", "EMPTY", "EMPTY ARRAY", "EMPTY OBJECT"};
  if (behavior.kind == JsonBehavior::Kind::kUnspecified) return;
  *this << " " << kNames[static_cast<size_t>(behavior.kind)];
  WriteExpr(behavior.default_value, 0);
  *this << " ON " << event;
}

void Writer::WriteJsonExists(const JsonExists& node) {
  *this << "JSON_EXISTS(";
  WriteExpr(node.value, 0);
  *this << ", ";
  WriteExpr(node.path, 0);
  WriteBehavior(node.on_error, "ERROR");
  *this << ")";
}

void Writer::WriteJsonValue(const JsonValue& node) {
  *this << "JSON_VALUE(";
  WriteExpr(node.value, 0);
  *this << ", ";
  WriteExpr(node.path, 0);
  if (node.returning != nullptr) {
    *this << " RETURNING ";
    Write(*node.returning);
  }
  WriteBehavior(node.on_empty, "EMPTY");
  WriteBehavior(node.on_error, "ERROR");
  *this << ")";
}

void Writer::WriteJsonQuery(const JsonQuery& node) {
  static constexpr std::string_view kWrappers[] = {"", " WITHOUT ARRAY WRAPPER",
                                                   " WITH CONDITIONAL ARRAY WRAPPER",
                                                   " WITH UNCONDITIONAL ARRAY WRAPPER"};
  *this << "JSON_QUERY(";
  WriteExpr(node.value, 0);
  *this << ", ";
  WriteExpr(node.path, 0);
  if (node.returning != nullptr) {
    *this << " RETURNING ";
    Write(*node.returning);
  }
  *this << kWrappers[static_cast<size_t>(node.wrapper)];
  WriteBehavior(node.on_empty, "EMPTY");
  WriteBehavior(node.on_error, "ERROR");
  *this << ")";
}

void Writer::WriteOnNull(JsonOnNull on_null, bool space) {
  if (on_null == JsonOnNull::kUnspecified) return;
  *this << (space ? " " : "") << (on_null == JsonOnNull::kNull ? "NULL" : "ABSENT") << " ON NULL";
}

void Writer::WriteJsonObject(const JsonObject& node) {
  *this << (node.aggregate ? "JSON_OBJECTAGG(" : "JSON_OBJECT(");
  bool first = true;
  for (const auto& [key, value] : node.members) {
    *this << (first ? "KEY " : ", KEY ");
    first = false;
    WriteExpr(key, 0);
    *this << " VALUE ";
    WriteExpr(value, 0);
  }
  WriteOnNull(node.on_null, !node.members.empty());
  *this << ")";
  WriteFilter(node.filter);
  WriteOver(node.over);
}

void Writer::WriteJsonArray(const JsonArray& node) {
  *this << (node.aggregate ? "JSON_ARRAYAGG(" : "JSON_ARRAY(");
  WriteList(node.values);
  WriteOnNull(node.on_null, !node.values.empty());
  *this << ")";
  if (!node.order_by.empty()) {
    *this << " WITHIN GROUP (ORDER BY ";
    WriteSort(node.order_by);
    *this << ")";
  }
  WriteFilter(node.filter);
  WriteOver(node.over);
}

}  // namespace millrace::sql
