// SPDX-License-Identifier: Apache-2.0
// Grammar: the recursive-descent parser, one method per rule; expressions by precedence climbing.
// The methods are spread over grammar_*.cc by family. After Fail() the stream looks ended, so no
// rule checks for errors; it only has to stand null children.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/ast/definition.h"
#include "sql/ast/inspection.h"
#include "sql/ast/special_call.h"
#include "sql/parse/token_stream.h"

namespace millrace::sql {

class Grammar : public TokenStream {
 public:
  using TokenStream::TokenStream;

  std::vector<StatementPtr> ParseScript();
  StatementPtr ParseSingleStatement();
  ExprPtr ParseSingleExpression();
  QueryPtr ParseSingleQuery();
  TypeNamePtr ParseSingleType();
  /// Where each statement was, wrong ones included.
  const std::vector<Span>& extents() const { return extents_; }

 private:
  // ---- grammar_script.cc: statements and their ends
  StatementPtr ParseStatement();
  StatementPtr ParseStatementBody();
  void EndStatement();
  void UnknownStatement();
  void ReportMissingSemicolon();

  // ---- grammar_expression.cc: operators
  struct Infix {
    enum class Kind { kNone, kBinary, kIs, kBetween, kLike, kIn, kCast };
    Kind kind = Kind::kNone;
    BinaryOp op = BinaryOp::kOr;
    int precedence = -1;
    int words = 1;  // tokens of the operator
  };
  static constexpr int kBoundPrecedence = 40;  // sums and what binds tighter
  ExprPtr ParseExpr() { return ParseOperators(0); }
  ExprPtr ParseOperators(int least);
  ExprPtr ParsePrefix();
  Infix PeekInfix();
  Infix PeekWordInfix();
  Infix PeekMultiset();
  ExprPtr ParseInfix(ExprPtr left, const Infix& infix);
  ExprPtr ParseBinary(ExprPtr left, const Infix& infix);
  ExprPtr ParseQuantified(ExprPtr left, BinaryOp op);
  ExprPtr ParseIs(ExprPtr left);
  ExprPtr ParseBetween(ExprPtr left);
  ExprPtr ParseLike(ExprPtr left);
  ExprPtr ParseIn(ExprPtr left);
  ExprPtr ParseColonCast(ExprPtr left);
  void ReportForeignOperator();
  std::vector<ExprPtr> ParseExprList(std::string_view closing);
  template <typename Node>
  ExprPtr Finish(std::shared_ptr<Node> node, uint32_t begin) {
    node->span = From(begin);
    return node;
  }
  template <typename Node>
  void AdoptAll(Node* node, const std::vector<ExprPtr>& children) {
    for (const ExprPtr& child : children) Adopt(node, child);
  }

  // ---- grammar_primary.cc: operands
  ExprPtr ParsePrimary();
  ExprPtr ParsePostfix(ExprPtr value, uint32_t begin);
  ExprPtr ParseNameOrCall();
  ExprPtr ParseKeywordPrimary(bool* known);
  ExprPtr ParseParenthesised();
  ExprPtr ParseLiteral(LiteralKind kind);
  ExprPtr ParseStringLiteral();
  ExprPtr ParseDateTimeLiteral(LiteralKind kind, int words);
  ExprPtr ParseInterval();
  void ReportUnitInText(const StringLiteral& text);
  ExprPtr ParseDoubleQuoted();
  ExprPtr ParseReservedAsColumn();
  ExprPtr ParseDatetimeDifference(const Binary& minus, uint32_t begin);
  ExprPtr ParseCase();
  ExprPtr ParseCast(bool is_try);
  ExprPtr ParseExists(bool unique);
  template <typename Node>
  ExprPtr ParseCollection(Subquery::Form form);
  bool AtQueryStart(size_t ahead = 0) const;

  // ---- grammar_call.cc: calls with ordinary arguments, OVER, sorting
  ExprPtr ParseCall(QualifiedName name, uint32_t begin);
  void ParseCallArguments(FunctionCall* call);
  void ParseNullTreatment(FunctionCall* call);
  void ParseCallSuffix(FunctionCall* call);
  Argument ParseUnitArgument();
  Argument ParseArgument();
  ExprPtr ParseArgumentValue();
  ExprPtr ParseTableArgument();
  void ParseTableArgumentClauses(TableArgument* argument);
  ExprPtr ParseDescriptor();
  ExprPtr ParseFilter();
  std::optional<OverClause> ParseOver();
  WindowSpec ParseWindowSpec();
  Frame ParseFrame();
  FrameBound ParseFrameBound();
  std::vector<SortItem> ParseSortList();
  template <typename Node>
  void AdoptOver(Node* node, const std::optional<OverClause>& over);
  template <typename Node>
  void AdoptSort(Node* node, const std::vector<SortItem>& items) {
    for (const SortItem& item : items) Adopt(node, item.value);
  }

  // ---- grammar_special.cc: calls with their own syntax
  ExprPtr ParseSpecialCall(bool* known);
  ExprPtr ParseExtract();
  ExprPtr ParseFloorCeil();
  ExprPtr ParseTrim();
  ExprPtr ParsePosition();
  ExprPtr ParseOverlay();
  ExprPtr ParseSubstring();
  ExprPtr ParseTimestampCall();
  ExprPtr ParseJsonExists();
  ExprPtr ParseJsonValue();
  ExprPtr ParseJsonQuery();
  ExprPtr ParseJsonObject(bool aggregate);
  ExprPtr ParseJsonArray(bool aggregate);
  JsonOnNull ParseJsonOnNull();
  void ParseJsonBehaviors(JsonBehavior* on_empty, JsonBehavior* on_error);
  bool ParseJsonBehavior(JsonBehavior* behavior);
  std::optional<TimeUnit> ParseTimeUnit(bool report);
  IntervalQualifier ParseIntervalQualifier();

  // ---- grammar_type.cc
  TypeNamePtr ParseType(bool with_nullability);
  TypeNamePtr ParseBrackets(TypeNamePtr element, uint32_t begin);
  void ParseTypeBase(TypeName* type);
  bool ParseSimpleType(TypeName* type);
  void ParseCollectionType(TypeName* type, TypeKind kind, size_t elements);
  void ParseCollectionInParentheses(TypeName* type, size_t elements);
  void ParseTimestampType(TypeName* type);
  void ParseRowFields(TypeName* type);
  void ParsePrecision(TypeName* type, bool scale);
  Nullability ParseNullability();
  void ExpectTypeClose();

  // ---- grammar_query.cc: queries without FROM
  QueryPtr ParseQueryTree();
  void ParseWith(Query* query);
  void ParseQueryTail(Query* query);
  void ParseLimit(Query* query);
  ExprPtr ParseRowCount(std::string_view what);
  QueryBodyPtr Unwrap(QueryPtr query);
  QueryBodyPtr ParseSetOperations(int least);
  QueryBodyPtr ParseSetOperationsAfter(QueryBodyPtr left, int least, uint32_t begin);
  QueryBodyPtr ParseQueryTerm();
  QueryBodyPtr ParseSelect();
  void ParseSelectItems(Select* select);
  SelectItem ParseSelectItem();
  void ParseSelectClauses(Select* select);
  GroupingElement ParseGroupingElement();
  QueryBodyPtr ParseValues();
  ExprPtr ParseValuesRow();
  std::vector<Hint> ParseHints();
  Hint ParseHint();
  QueryPtr ParseQueryAfter(QueryPtr first, uint32_t begin);

  // ---- grammar_table.cc: FROM
  TableRefPtr ParseFrom();
  TableRefPtr ParseJoins();
  bool ParseJoinOperator(Join* join);
  TableRefPtr ParseTablePrimary();
  TableRefPtr ParseParenthesisedTable(bool lateral);
  TableRefPtr ParseFunctionTable(bool lateral);
  TableRefPtr ParseUnnest(bool lateral);
  TableRefPtr ParseNamedTable();
  ExprPtr ParseSystemTime();
  std::optional<TableAlias> ParseTableAlias();
  template <typename Node>
  TableRefPtr FinishTable(std::shared_ptr<Node> node, uint32_t begin);
  void RefuseTableSuffix();

  // ---- grammar_match.cc: MATCH_RECOGNIZE
  std::shared_ptr<MatchRecognize> ParseMatchRecognize(TableRefPtr input);
  void ParseMatchSkip(MatchRecognize* match);
  void ParseMatchPattern(MatchRecognize* match);
  std::vector<MatchRecognize::Named> ParseMeasures();
  std::vector<MatchRecognize::Named> ParseDefinitions();
  RowPatternPtr ParsePatternAlternation();
  RowPatternPtr ParsePatternSequence();
  RowPatternPtr ParsePatternFactor();
  RowPatternPtr ParsePatternAtom();

  // ---- grammar_insert.cc: INSERT, statement sets, UPDATE, DELETE
  StatementPtr ParseInsert(bool execute);
  ConflictAction ParseConflict();
  std::vector<PartitionValue> ParsePartition(bool values_required);
  StatementPtr ParseStatementSet(StatementSet::Form form);
  StatementPtr ParseBegin();
  void ParseInserts(StatementSet* set);
  bool AtConflict() const;
  StatementPtr ParseDelete();
  StatementPtr ParseUpdate();

  // ---- grammar_session.cc: SET, USE, EXPLAIN, plans, modules
  StatementPtr ParseSet();
  StatementPtr ParseReset();
  StatementPtr ParseUse();
  StatementPtr ParseExplain();
  StatementPtr ParseCompile();
  StatementPtr ParseExecute();
  StatementPtr ParsePlanned(bool allow_query);
  StatementPtr ParseLoad();
  StatementPtr ParseUnload();
  StatementPtr ParseJar(bool remove);
  StatementPtr ParseCallProcedure();
  StatementPtr ParseAnalyze();
  StatementPtr ParseStopJob();
  StatementPtr ParseTruncate();

  // ---- grammar_show.cc
  StatementPtr ParseShow();
  bool ParseShowObject(Show* show);
  void ParseShowFilter(Show* show);
  StatementPtr ParseDescribe();

  // ---- grammar_function.cc
  StatementPtr ParseCreateFunction(CreateMode mode, bool temporary, bool system);
  std::vector<ColumnDefinition> ParseParameters();
  void ParseReturns(CreateFunction* function);
  void ParseFunctionBody(CreateFunction* function);

  // ---- grammar_create.cc, grammar_columns.cc
  StatementPtr ParseCreate();
  StatementPtr ParseCreateTable(CreateMode mode, bool temporary);
  void CheckUntypedColumns(const CreateTable& table);
  void ParseTableClauses(CreateTable* table);
  StatementPtr ParseCreateView(CreateMode mode, bool temporary);
  StatementPtr ParseCreateModel(CreateMode mode, bool temporary);
  StatementPtr ParseCreateMaterializedTable(CreateMode mode);
  void ParseRefresh(CreateMaterializedTable* table);
  StatementPtr ParseCreateCatalog();
  StatementPtr ParseCreateDatabase();
  StatementPtr ParseCreateConnection(bool temporary, bool system);
  bool IfNotExists();
  bool IfExists();

  enum class ColumnContext { kCreate, kAlter, kModel };
  TableElements ParseTableElements(ColumnContext context);
  void ParseTableElement(TableElements* elements, ColumnContext context);
  ColumnDefinition ParseColumn(ColumnContext context);
  void ParseColumnSuffix(ColumnDefinition* column);
  WatermarkDefinition ParseWatermark();
  bool AtConstraint() const;
  bool KeyWithColumns() const;
  bool AtComputedBehindType() const;
  void ParseComputedBehindType(uint32_t type_begin, ColumnDefinition* column);
  Constraint ParseConstraint(const Identifier* inline_column);
  std::optional<Distribution> ParseDistribution(std::string_view keyword);
  LikeClause ParseLikeClause();
  LikeOption ParseLikeOption();
  std::optional<Identifier> ParseLanguage();
  RefreshMode ParseRefreshMode();
  ExprPtr ParseFreshness();

  // ---- grammar_alter.cc
  StatementPtr ParseAlter();
  template <typename Node>
  StatementPtr ParseAlterObject(std::string_view what, void (Grammar::*action)(AlterAction*));
  void ParseAlterTable(AlterAction* action);
  void ParseAlterTableAdd(AlterAction* action);
  void ParseAlterTableModify(AlterAction* action);
  void ParseAlterTableDrop(AlterAction* action);
  void ParseAlterTableRename(AlterAction* action);
  void ParseAlterSchema(AlterAction* action);
  void ParseAlterOptions(AlterAction* action, bool set);
  void ParsePartitions(AlterAction* action, bool add);
  void ParseAlterView(AlterAction* action);
  void ParseAlterFunction(AlterAction* action);
  void ParseAlterModel(AlterAction* action);
  void ParseAlterMaterializedTable(AlterAction* action);
  void ParseAlterCatalog(AlterAction* action);
  void ParseAlterDatabase(AlterAction* action);
  StatementPtr ParseDrop();

  std::vector<Span> extents_;
  bool selects_from_ = false;  // a FROM has been read in this statement
};

}  // namespace millrace::sql
