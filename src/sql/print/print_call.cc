// SPDX-License-Identifier: Apache-2.0
// Printing of calls, windows and sort lists.
#include "sql/print/writer.h"
#include "sql/printer.h"

namespace millrace::sql {

void Writer::WriteCall(const FunctionCall& node) {
  // An unquoted name is printed as it was: LEFT(..) is a call, `LEFT` a name.
  bool first = true;
  for (const Identifier& part : node.name.parts) {
    if (!first) *this << ".";
    bool raw = node.name.parts.size() == 1 && !part.quoted;
    first = false;
    if (raw) {
      *this << part.text;
    } else {
      Write(part);
    }
  }
  if (node.niladic) return;
  *this << "(";
  if (node.quantifier == SetQuantifier::kDistinct) *this << "DISTINCT ";
  if (node.quantifier == SetQuantifier::kAll) *this << "ALL ";
  first = true;
  for (const Argument& argument : node.arguments) {
    if (!first) *this << ", ";
    first = false;
    if (argument.name) {
      Write(*argument.name);
      *this << " => ";
    }
    WriteExpr(argument.value, 0);
  }
  if (!node.order_by.empty()) {
    *this << " ORDER BY ";
    WriteSort(node.order_by);
  }
  *this << ")";
  if (node.null_treatment == NullTreatment::kIgnoreNulls) *this << " IGNORE NULLS";
  if (node.null_treatment == NullTreatment::kRespectNulls) *this << " RESPECT NULLS";
  if (!node.within_group.empty()) {
    *this << " WITHIN GROUP (ORDER BY ";
    WriteSort(node.within_group);
    *this << ")";
  }
  WriteFilter(node.filter);
  WriteOver(node.over);
}

void Writer::WriteFilter(const ExprPtr& filter) {
  if (filter == nullptr) return;
  *this << " FILTER (WHERE ";
  WriteExpr(filter, 0);
  *this << ")";
}

void Writer::WriteOver(const std::optional<OverClause>& over) {
  if (!over) return;
  *this << " OVER ";
  if (over->name) {
    Write(*over->name);
  } else if (over->spec) {
    WriteWindow(*over->spec);
  }
}

void Writer::WriteWindow(const WindowSpec& spec) {
  std::string_view separator;
  *this << "(";
  if (spec.base) {
    Write(*spec.base);
    separator = " ";
  }
  if (!spec.partition_by.empty()) {
    *this << separator << "PARTITION BY ";
    WriteList(spec.partition_by);
    separator = " ";
  }
  if (!spec.order_by.empty()) {
    *this << separator << "ORDER BY ";
    WriteSort(spec.order_by);
    separator = " ";
  }
  if (spec.frame) {
    *this << separator << (spec.frame->unit == FrameUnit::kRows ? "ROWS " : "RANGE ");
    if (spec.frame->end) *this << "BETWEEN ";
    WriteFrameBound(spec.frame->start);
    if (spec.frame->end) {
      *this << " AND ";
      WriteFrameBound(*spec.frame->end);
    }
  }
  *this << ")";
}

void Writer::WriteFrameBound(const FrameBound& bound) {
  static constexpr std::string_view kNames[] = {"UNBOUNDED PRECEDING", " PRECEDING", "CURRENT ROW",
                                                " FOLLOWING", "UNBOUNDED FOLLOWING"};
  constexpr int kSum = 40;
  WriteExpr(bound.offset, kSum);
  *this << kNames[static_cast<size_t>(bound.kind)];
}

void Writer::WriteSort(const std::vector<SortItem>& items) {
  bool first = true;
  for (const SortItem& item : items) {
    if (!first) *this << ", ";
    first = false;
    WriteExpr(item.value, 0);
    if (item.direction == SortDirection::kAscending) *this << " ASC";
    if (item.direction == SortDirection::kDescending) *this << " DESC";
    if (item.nulls == NullsOrder::kFirst) *this << " NULLS FIRST";
    if (item.nulls == NullsOrder::kLast) *this << " NULLS LAST";
  }
}

void Writer::WriteTableArgument(const TableArgument& node) {
  if (node.query != nullptr) {
    WriteNested(node.query);
  } else {
    *this << "TABLE ";
    Write(node.table);
    WriteHints(node.hints);
  }
  if (!node.partition_by.empty()) {
    bool one = node.partition_by.size() == 1 && node.partition_by[0]->kind != ExprKind::kRow;
    *this << " PARTITION BY " << (one ? "" : "(");
    WriteList(node.partition_by);
    *this << (one ? "" : ")");
  }
  if (!node.order_by.empty()) {
    bool one = node.order_by.size() == 1 && node.order_by[0].value->kind != ExprKind::kRow &&
               node.order_by[0].nulls == NullsOrder::kDefault;
    *this << " ORDER BY " << (one ? "" : "(");
    WriteSort(node.order_by);
    *this << (one ? "" : ")");
  }
}

void Writer::WriteDescriptor(const Descriptor& node) {
  *this << "DESCRIPTOR(";
  for (size_t i = 0; i < node.columns.size(); ++i) {
    if (i > 0) *this << ", ";
    Write(node.columns[i]);
    if (i < node.types.size() && node.types[i] != nullptr) {
      *this << " ";
      Write(*node.types[i]);
    }
  }
  *this << ")";
}

void Writer::WriteNames(const std::vector<Identifier>& names) {
  *this << "(";
  bool first = true;
  for (const Identifier& name : names) {
    if (!first) *this << ", ";
    first = false;
    Write(name);
  }
  *this << ")";
}

}  // namespace millrace::sql
