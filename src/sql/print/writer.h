// SPDX-License-Identifier: Apache-2.0
// Writer: prints syntax trees. One overload per node family, spread over print_*.cc. Parentheses
// are written exactly where the tree needs them to be parsed back the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/ast/definition.h"
#include "sql/ast/inspection.h"
#include "sql/ast/special_call.h"

namespace millrace::sql {

class Writer {
 public:
  std::string Take() && { return std::move(out_); }

  void Write(const Expr& expr) { WriteExpr(expr, 0); }
  void Write(const TypeName& type);
  void Write(const Query& query);
  void Write(const QueryBody& body);
  void Write(const TableRef& ref);
  void Write(const Statement& statement);
  void Write(const QualifiedName& name);
  void Write(const Identifier& identifier);
  void Write(const StringLiteral& text);

 private:
  Writer& operator<<(std::string_view text) {
    out_ += text;
    return *this;
  }
  void NewLine();
  class Indent {
   public:
    explicit Indent(Writer* writer) : writer_(writer) { ++writer_->indent_; }
    ~Indent() { --writer_->indent_; }
    Indent(const Indent&) = delete;
    Indent& operator=(const Indent&) = delete;

   private:
    Writer* writer_;
  };

  // ---- print_expression.cc
  /// Writes with parentheses unless the expression binds at least as tightly as `least`.
  void WriteExpr(const Expr& expr, int least);
  void WriteExpr(const ExprPtr& expr, int least) {
    if (expr != nullptr) WriteExpr(*expr, least);
  }
  void WriteBare(const Expr& expr);
  void WriteOperator(const Expr& expr);
  void WriteBinary(const Binary& node);
  void WriteIsTest(const IsTest& node);
  void WriteLike(const Like& node);
  void WriteIn(const In& node);
  void WriteQuantified(const Quantified& node);
  void WriteLiteral(const Literal& node);
  void WriteInterval(const IntervalLiteral& node);
  void WriteQualifier(const IntervalQualifier& qualifier);
  void WriteCase(const Case& node);
  void WriteCall(const FunctionCall& node);
  void WriteTableArgument(const TableArgument& node);
  void WriteDescriptor(const Descriptor& node);
  void WriteNested(const QueryPtr& query);
  void WriteList(const std::vector<ExprPtr>& list);
  void WriteNames(const std::vector<Identifier>& names);
  void WriteSort(const std::vector<SortItem>& items);
  void WriteWindow(const WindowSpec& spec);
  void WriteFrameBound(const FrameBound& bound);
  void WriteOver(const std::optional<OverClause>& over);
  void WriteFilter(const ExprPtr& filter);

  // ---- print_special.cc
  void WriteSpecial(const Expr& expr);
  void WriteTrim(const Trim& node);
  void WriteJsonExists(const JsonExists& node);
  void WriteJsonValue(const JsonValue& node);
  void WriteJsonQuery(const JsonQuery& node);
  void WriteJsonObject(const JsonObject& node);
  void WriteJsonArray(const JsonArray& node);
  void WriteBehavior(const JsonBehavior& behavior, std::string_view event);
  void WriteOnNull(JsonOnNull on_null, bool space);

  // ---- print_query.cc
  void WriteSelect(const Select& select);
  void WriteGroupBy(const Select& select);
  void WriteGrouping(const GroupingElement& element);
  void WriteSetOperation(const SetOperation& node);
  void WriteOperand(const QueryBodyPtr& body, bool parentheses);
  void WriteValues(const Values& values);
  void WriteHints(const std::vector<Hint>& hints);
  void WriteAlias(const TableRef& ref);
  void WriteJoin(const Join& join);
  void WriteMatch(const MatchRecognize& match);
  void WriteSkip(const MatchRecognize& match);
  void WritePattern(const RowPattern& pattern, int least);

  // ---- print_statement.cc
  void WriteInsert(const Insert& insert);
  void WriteStatementSet(const StatementSet& set);
  void WriteExplain(const Explain& explain);
  void WriteSession(const Statement& statement);
  void WriteShow(const Show& show);
  void WriteDescribe(const Describe& describe);
  void WriteModify(const Statement& statement);
  void WritePartition(const std::vector<PartitionValue>& values);

  // ---- print_definition.cc
  void WriteDefinition(const Statement& statement);
  void WriteMode(CreateMode mode);
  void WriteCreateTable(const CreateTable& table);
  void WriteCreateView(const CreateView& view);
  void WriteParameters(const std::vector<ColumnDefinition>& parameters);
  void WriteCreateFunction(const CreateFunction& function);
  void WriteCreateModel(const CreateModel& model);
  void WriteCreateMaterializedTable(const CreateMaterializedTable& table);
  void WriteElements(const TableElements& elements);
  void WriteColumns(const std::vector<ColumnDefinition>& columns);
  void WriteColumn(const ColumnDefinition& column);
  void WriteConstraint(const Constraint& constraint, bool table);
  void WriteDistribution(const Distribution& distribution);
  void WriteLike(const LikeClause& like);
  void WriteOptions(const std::vector<Option>& options, bool lines);
  void WriteComment(const std::optional<StringLiteral>& comment);
  void WriteDrop(const Drop& drop);

  // ---- print_alter.cc
  void WriteAlter(const Statement& statement);
  void WriteAction(const AlterAction& action);
  void WriteSchemaAction(const AlterAction& action);
  void WritePartitionAction(const AlterAction& action);

  std::string out_;
  int indent_ = 0;
};

}  // namespace millrace::sql
