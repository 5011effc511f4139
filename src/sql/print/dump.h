// SPDX-License-Identifier: Apache-2.0
// Dumper: writes a tree as an unambiguous S-expression without places. Two trees are equal exactly
// when their dumps are; tests also compare shapes with it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/ast/definition.h"
#include "sql/ast/inspection.h"
#include "sql/ast/special_call.h"

namespace millrace::sql {

class Dumper {
 public:
  std::string Take() && { return std::move(out_); }

  void Put(const Expr& expr);
  void Put(const TypeName& type);
  void Put(const TableRef& ref);
  void Put(const QueryBody& body);
  void Put(const Statement& statement);

 private:
  /// (tag field field ..)
  template <typename... Fields>
  void Node(std::string_view tag, const Fields&... fields) {
    out_ += '(';
    out_ += tag;
    (Field(fields), ...);
    out_ += ')';
  }
  template <typename T>
  void Field(const T& value) {
    out_ += ' ';
    Put(value);
  }

  void Put(bool value) { out_ += value ? '1' : '0'; }
  void Put(int value) { out_ += std::to_string(value); }
  void Put(int64_t value) { out_ += std::to_string(value); }
  void Put(const std::string& text) {
    out_ += std::to_string(text.size());
    out_ += ':';
    out_ += text;
  }
  template <typename T>
    requires std::is_enum_v<T>
  void Put(T value) {
    out_ += std::to_string(static_cast<int>(value));
  }
  template <typename T>
  void Put(const std::shared_ptr<const T>& pointer) {
    if (pointer == nullptr) {
      out_ += '-';
    } else {
      Put(*pointer);
    }
  }
  template <typename T>
  void Put(const std::optional<T>& value) {
    if (value) {
      Put(*value);
    } else {
      out_ += '-';
    }
  }
  template <typename T>
  void Put(const std::vector<T>& list) {
    out_ += '[';
    for (const T& element : list) Field(element);
    out_ += ']';
  }
  template <typename A, typename B>
  void Put(const std::pair<A, B>& pair) {
    Node("pair", pair.first, pair.second);
  }

  void Put(const Identifier& identifier) { Put(identifier.text); }
  void Put(const QualifiedName& name) { Put(name.parts); }
  void Put(const StringLiteral& text) { Put(text.value); }
  void Put(const Option& option) { Node("option", option.key, option.value); }
  void Put(const HintArgument& argument);
  void Put(const Hint& hint) { Node("hint", hint.name, hint.arguments); }
  void Put(const IntervalQualifier& qualifier);
  void Put(const TypeField& field) { Node("field", field.name, field.type, field.comment); }
  void Put(const SortItem& item) { Node("sort", item.value, item.direction, item.nulls); }
  void Put(const FrameBound& bound) { Node("bound", bound.kind, bound.offset); }
  void Put(const Frame& frame) { Node("frame", frame.unit, frame.start, frame.end, frame.exclude); }
  void Put(const WindowSpec& spec) {
    Node("window", spec.base, spec.partition_by, spec.order_by, spec.frame);
  }
  void Put(const OverClause& over) { Node("over", over.name, over.spec); }
  void Put(const Argument& argument) { Node("argument", argument.name, argument.value); }
  void Put(const Case::When& when) { Node("when", when.conditions, when.result); }
  void Put(const JsonBehavior& behavior) {
    Node("behavior", behavior.kind, behavior.default_value);
  }
  void PutOperator(const Expr& expr);
  void PutSpecial(const Expr& expr);

  void Put(const CommonTable& table) { Node("with", table.name, table.columns, table.query); }
  void Put(const TableAlias& alias) { Node("alias", alias.name, alias.columns); }
  void Put(const RowPattern& pattern) {
    Node("pattern", pattern.kind, pattern.variable, pattern.children, pattern.min, pattern.max,
         pattern.reluctant);
  }
  void Put(const MatchRecognize::Named& named) { Node("named", named.name, named.value); }
  void Put(const MatchRecognize::Subset& subset) { Node("subset", subset.name, subset.variables); }
  void Put(const SelectItem& item) { Node("item", item.value, item.alias); }
  void Put(const GroupingElement& element) {
    Node("group", element.kind, element.value, element.elements);
  }
  void Put(const NamedWindow& window) { Node("window", window.name, window.spec); }

  void Put(const Constraint& constraint) {
    Node("constraint", constraint.name, constraint.kind, constraint.columns,
         constraint.enforcement);
  }
  void Put(const ColumnPosition& position) { Node("position", position.first, position.after); }
  void Put(const ColumnDefinition& column);
  void Put(const WatermarkDefinition& watermark) {
    Node("watermark", watermark.column, watermark.expression);
  }
  void Put(const TableElements& elements) {
    Node("elements", elements.present, elements.columns, elements.watermarks, elements.constraints);
  }
  void Put(const Distribution& distribution) {
    Node("distribution", distribution.kind, distribution.columns, distribution.buckets);
  }
  void Put(const LikeOption& option) { Node("like", option.strategy, option.feature); }
  void Put(const LikeClause& like) { Node("like", like.source, like.options); }
  void Put(const PartitionValue& value) { Node("partition", value.column, value.value); }
  void Put(const Update::Assignment& assignment) {
    Node("assign", assignment.column, assignment.value);
  }
  void Put(const ViewColumn& column) { Node("column", column.name, column.comment); }
  void Put(const FunctionResource& resource) { Node("resource", resource.kind, resource.path); }
  void Put(const StartMode& mode) { Node("start", mode.kind, mode.argument); }
  void Put(const AlterAction::Partition& partition) {
    Node("partition", partition.values, partition.options);
  }
  void Put(const AlterAction& action);
  bool PutDefinition(const Statement& statement);
  bool PutAlter(const Statement& statement);
  bool PutSession(const Statement& statement);

  std::string out_;
};

}  // namespace millrace::sql
