// SPDX-License-Identifier: Apache-2.0
// Statements: the trees of each family, recovery, limits.
#include "sql/parser.h"

#include <gtest/gtest.h>

#include <string>

#include "sql/ast/definition.h"
#include "sql/ast/inspection.h"
#include "sql/printer.h"

namespace millrace::sql {
namespace {

StatementPtr ParsedStatement(std::string_view text) {
  DiagnosticList diagnostics;
  StatementPtr statement = ParseStatement(text, &diagnostics);
  EXPECT_NE(statement, nullptr) << text << ": " << diagnostics.entries()[0].message;
  return statement;
}

template <typename T>
const T& ParseAs(std::string_view text) {
  static StatementPtr kept;  // keeps the tree until the next call
  kept = ParsedStatement(text);
  const T* node = As<T>(kept);
  EXPECT_NE(node, nullptr) << text;
  return *node;
}

TEST(ParserTest, CreateTable) {
  const auto& table = ParseAs<CreateTable>(R"(
CREATE TEMPORARY TABLE IF NOT EXISTS c.d.t (
  id BIGINT NOT NULL COMMENT 'key',
  kts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
  cost AS price * qty,
  u INT PRIMARY KEY NOT ENFORCED,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND,
  CONSTRAINT pk PRIMARY KEY (id, u) NOT ENFORCED
) COMMENT 'c' DISTRIBUTED BY HASH (id) INTO 4 BUCKETS PARTITIONED BY (id)
WITH ('connector' = 'kafka', 'topic' = 'x') LIKE src (INCLUDING ALL EXCLUDING OPTIONS))");
  EXPECT_TRUE(table.temporary);
  EXPECT_TRUE(table.if_not_exists);
  EXPECT_EQ(table.name.ToString(), "c.d.t");
  ASSERT_EQ(table.elements.columns.size(), 4u);
  using Kind = ColumnDefinition::Kind;
  EXPECT_EQ(table.elements.columns[0].kind, Kind::kPhysical);
  EXPECT_EQ(table.elements.columns[0].type->nullability, Nullability::kNotNull);
  EXPECT_EQ(table.elements.columns[1].kind, Kind::kMetadata);
  EXPECT_EQ(table.elements.columns[1].metadata_key->value, "timestamp");
  EXPECT_TRUE(table.elements.columns[1].is_virtual);
  EXPECT_EQ(table.elements.columns[2].kind, Kind::kComputed);
  EXPECT_TRUE(table.elements.columns[3].inline_constraint.has_value());
  ASSERT_EQ(table.elements.watermarks.size(), 1u);
  ASSERT_EQ(table.elements.constraints.size(), 1u);
  EXPECT_EQ(table.elements.constraints[0].enforcement, Constraint::Enforcement::kNotEnforced);
  EXPECT_EQ(table.distribution->buckets, 4);
  EXPECT_EQ(table.options[1].value.value, "x");
  EXPECT_EQ(table.like->options.size(), 2u);
}

TEST(ParserTest, CreateTableAs) {
  EXPECT_NE(ParseAs<CreateTable>("CREATE TABLE t (a, b) AS SELECT 1, 2").as_query, nullptr);
  EXPECT_EQ(ParseAs<CreateTable>("REPLACE TABLE t AS SELECT 1").mode, CreateMode::kReplace);
  EXPECT_EQ(ParseAs<CreateTable>("CREATE OR REPLACE TABLE t AS SELECT 1").mode,
            CreateMode::kCreateOrReplace);
}

TEST(ParserTest, CreateModel) {
  const auto& model = ParseAs<CreateModel>(
      "CREATE MODEL m INPUT (x DOUBLE, y ARRAY<FLOAT>) OUTPUT (score DOUBLE COMMENT 'c') "
      "WITH ('provider' = 'onnx', 'path' = 'm.onnx')");
  EXPECT_EQ(model.input.size(), 2u);
  EXPECT_EQ(model.output[0].comment->value, "c");
  EXPECT_EQ(model.options.size(), 2u);
}

TEST(ParserTest, OtherDefinitions) {
  EXPECT_EQ(ParseAs<CreateView>("CREATE VIEW v (a, b) AS SELECT 1, 2").columns.size(), 2u);
  EXPECT_EQ(ParseAs<CreateFunction>("CREATE FUNCTION f AS 'c' LANGUAGE JAVA USING JAR 'x'")
                .resources[0]
                .path.value,
            "x");
  EXPECT_EQ(ParseAs<CreateMaterializedTable>(
                "CREATE MATERIALIZED TABLE t FRESHNESS = INTERVAL '3' MINUTE REFRESH_MODE = FULL "
                "AS SELECT 1")
                .refresh_mode,
            RefreshMode::kFull);
  EXPECT_TRUE(ParseAs<CreateDatabase>("CREATE DATABASE IF NOT EXISTS a.b").if_not_exists);
  EXPECT_EQ(ParseAs<Drop>("DROP TEMPORARY VIEW IF EXISTS v").object, ObjectKind::kView);
  EXPECT_EQ(ParseAs<Drop>("DROP DATABASE d CASCADE").behavior, Drop::Behavior::kCascade);
  EXPECT_EQ(ParseAs<AlterTable>("ALTER TABLE t ADD (a INT FIRST, b INT AFTER c)")
                .action.schema.columns.size(),
            2u);
  EXPECT_EQ(ParseAs<AlterTable>("ALTER TABLE t RENAME a TO b").action.new_column.text, "b");
  EXPECT_EQ(ParseAs<AlterModel>("ALTER MODEL m RESET ('a', 'b')").action.keys.size(), 2u);
}

TEST(ParserTest, Insert) {
  const auto& insert = ParseAs<Insert>(
      "INSERT INTO t /*+ OPTIONS('k'='v') */ PARTITION (p = 'x') (a, b) VALUES (1, DEFAULT) "
      "ON CONFLICT DO DEDUPLICATE");
  EXPECT_EQ(insert.hints[0].name, "OPTIONS");
  EXPECT_EQ(insert.hints[0].arguments[0].value.value, "v");
  EXPECT_EQ(insert.partition.size(), 1u);
  EXPECT_EQ(insert.columns.size(), 2u);
  EXPECT_EQ(insert.on_conflict, ConflictAction::kDeduplicate);
  EXPECT_TRUE(ParseAs<Insert>("INSERT OVERWRITE t SELECT 1").overwrite);
}

TEST(ParserTest, StatementSets) {
  EXPECT_EQ(ParseAs<StatementSet>("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; "
                                  "INSERT INTO b SELECT 2; END;")
                .inserts.size(),
            2u);
  const auto& client = ParseAs<StatementSet>("BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;");
  EXPECT_EQ(client.form, StatementSet::Form::kClient);
  EXPECT_EQ(client.inserts.size(), 1u);
  ParseAs<BeginStatementSet>("BEGIN STATEMENT SET;");
  ParseAs<EndStatementSet>("END;");
}

TEST(ParserTest, Session) {
  EXPECT_EQ(ParseAs<Set>("SET 'a' = 'b'").option->value.value, "b");
  EXPECT_FALSE(ParseAs<Set>("SET;").option.has_value());
  EXPECT_EQ(ParseAs<Reset>("RESET 'a'").key->value, "a");
  EXPECT_TRUE(ParseAs<Use>("USE CATALOG c").catalog);
  EXPECT_EQ(ParseAs<Explain>("EXPLAIN ESTIMATED_COST, CHANGELOG_MODE SELECT 1").details.size(), 2u);
  EXPECT_EQ(ParseAs<Show>("SHOW TABLES IN a NOT LIKE 'x%'").pattern->value, "x%");
  EXPECT_EQ(ParseAs<Describe>("DESC MODEL EXTENDED m").object, ObjectKind::kModel);
  EXPECT_EQ(ParseAs<Describe>("DESCRIBE model").object, ObjectKind::kTable);
  EXPECT_TRUE(
      ParseAs<CompilePlan>("COMPILE AND EXECUTE PLAN 'f' FOR INSERT INTO t SELECT 1").execute);
}

const Select& SelectOf(const QueryStatement& statement) {
  const auto* select = As<Select>(statement.query->body);
  EXPECT_NE(select, nullptr);
  return *select;
}

TEST(ParserTest, SelectClauses) {
  const auto& statement = ParseAs<QueryStatement>(
      "WITH w (x) AS (SELECT 1) SELECT DISTINCT a AS b, t.*, COUNT(*) FROM t WHERE c > 1 "
      "GROUP BY a, GROUPING SETS ((a, b), ()) HAVING COUNT(*) > 2 WINDOW v AS (PARTITION BY a) "
      "QUALIFY d = 1 ORDER BY a DESC LIMIT 3 OFFSET 2");
  const Select& select = SelectOf(statement);
  EXPECT_EQ(statement.query->with[0].columns.size(), 1u);
  EXPECT_EQ(select.quantifier, SetQuantifier::kDistinct);
  EXPECT_EQ(select.items[0].alias->text, "b");
  EXPECT_EQ(As<Star>(select.items[1].value)->qualifier.ToString(), "t");
  EXPECT_EQ(select.group_by[1].kind, GroupingElement::Kind::kGroupingSets);
  EXPECT_EQ(select.group_by[1].elements[1].kind, GroupingElement::Kind::kEmpty);
  EXPECT_NE(select.having, nullptr);
  EXPECT_EQ(select.windows[0].name.text, "v");
  EXPECT_NE(select.qualify, nullptr);
  EXPECT_EQ(statement.query->order_by[0].direction, SortDirection::kDescending);
  EXPECT_NE(statement.query->offset, nullptr);
}

TEST(ParserTest, SetOperations) {
  const auto& statement =
      ParseAs<QueryStatement>("SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4");
  const auto* except = As<SetOperation>(statement.query->body);
  ASSERT_NE(except, nullptr);
  EXPECT_EQ(except->op, SetOperator::kExcept);
  const auto* all = As<SetOperation>(except->left);
  ASSERT_NE(all, nullptr);
  EXPECT_EQ(all->quantifier, SetQuantifier::kAll);
  EXPECT_EQ(As<SetOperation>(all->right)->op, SetOperator::kIntersect);
}

TEST(ParserTest, Tables) {
  const auto& joins = ParseAs<QueryStatement>(
      "SELECT * FROM o AS x LEFT JOIN r /*+ OPTIONS('a'='b') */ FOR SYSTEM_TIME AS OF x.ts AS y "
      "ON x.k = y.k CROSS JOIN UNNEST(x.a) WITH ORDINALITY AS u (v, n), "
      "LATERAL TABLE(f(x.b)) AS z");
  const auto* comma = As<Join>(SelectOf(joins).from);
  ASSERT_NE(comma, nullptr);
  EXPECT_EQ(comma->type, JoinType::kComma);
  EXPECT_TRUE(As<FunctionTable>(comma->right)->lateral);
  const auto* cross = As<Join>(comma->left);
  EXPECT_TRUE(As<UnnestTable>(cross->right)->with_ordinality);
  const auto* left = As<Join>(cross->left);
  EXPECT_EQ(left->type, JoinType::kLeft);
  EXPECT_NE(As<NamedTable>(left->right)->system_time, nullptr);
  EXPECT_EQ(left->right->alias->name.text, "y");

  for (const char* text :
       {"SELECT * FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
        "SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY))"}) {
    const auto& window = ParseAs<QueryStatement>(text);
    EXPECT_EQ(As<FunctionTable>(SelectOf(window).from)->call->upper_name, "TUMBLE");
  }
}

TEST(ParserTest, MatchRecognize) {
  const auto& statement = ParseAs<QueryStatement>(R"(
SELECT * FROM t MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES FIRST(A.x) AS a, FINAL LAST(B.x, 1) AS b, MATCH_ROWTIME() AS rt
  ONE ROW PER MATCH AFTER MATCH SKIP TO FIRST B
  PATTERN (A B+? C{2,3} D* (E | F)) WITHIN INTERVAL '1' HOUR
  DEFINE B AS B.x > LAST(B.x, 1), C AS C.x < 3) AS m)");
  const auto* match = As<MatchRecognize>(SelectOf(statement).from);
  ASSERT_NE(match, nullptr);
  EXPECT_EQ(match->measures.size(), 3u);
  EXPECT_EQ(match->skip, MatchRecognize::Skip::kToFirst);
  ASSERT_EQ(match->pattern->children.size(), 5u);
  EXPECT_TRUE(match->pattern->children[1]->reluctant);
  EXPECT_EQ(match->pattern->children[2]->max, 3);
  EXPECT_EQ(match->pattern->children[4]->kind, RowPattern::Kind::kAlternation);
  EXPECT_EQ(match->definitions.size(), 2u);
  EXPECT_EQ(match->alias->name.text, "m");
}

TEST(ParserTest, StatementsHaveTheirPlace) {
  DiagnosticList diagnostics;
  ParsedScript script = ParseScript(" SELECT 1 ; -- x\nSET 'a' = 'b';", &diagnostics);
  ASSERT_EQ(script.statements.size(), 2u);
  EXPECT_EQ(script.statements[0]->span, (Span{1, 9}));
  EXPECT_EQ(script.statements[1]->span, (Span{17, 30}));
}

TEST(ParserTest, AllErrorsOfAFileInOnePass) {
  DiagnosticList diagnostics;
  ParsedScript script = ParseScript(
      "SELCT 1;\nSELECT a FROM t;\nCREATE TABLE t (a INTT, b DEFAULT, c ARRAY INT);\n"
      "INSERT INTO u SELECT a != b FROM t WHERE \"x\" = 1;\nSELECT (1;\nSELECT 2",
      &diagnostics);
  EXPECT_EQ(script.statements.size(), 2u);
  std::vector<std::string> codes;
  for (const Diagnostic& diagnostic : diagnostics.entries()) codes.push_back(diagnostic.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"MR0102", "MR0102", "MR0109", "MR0101", "MR0105",
                                             "MR0106", "MR0108"}));
}

TEST(ParserTest, DeepNestingIsRefused) {
  for (const char* open : {"(", "NOT ", "- ", "f(", "ARRAY[", "CASE WHEN "}) {
    std::string text = "SELECT ";
    for (int i = 0; i < 100000; ++i) text += open;
    DiagnosticList diagnostics;
    ParseScript(text, &diagnostics);
    ASSERT_TRUE(diagnostics.has_errors());
    EXPECT_EQ(diagnostics.entries()[0].code, "MR0113") << open;
  }
  std::string nested(100, '(');
  DiagnosticList diagnostics;
  ParseScript("SELECT " + nested + "1" + std::string(100, ')'), &diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());
}

TEST(ParserTest, LongChainsAreRefusedBeforeTheyCanHurt) {
  std::string text = "SELECT 1";
  for (int i = 0; i < 50000; ++i) text += " + 1";
  DiagnosticList diagnostics;
  ParseScript(text, &diagnostics);
  ASSERT_TRUE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.entries()[0].code, "MR0113");

  std::string list = "SELECT a IN (1";
  for (int i = 0; i < 50000; ++i) list += ", 1";
  DiagnosticList none;
  EXPECT_EQ(ParseScript(list + ")", &none).statements.size(), 1u);
}

TEST(PrinterTest, Layout) {
  EXPECT_EQ(Print(*ParsedStatement("create table `T` (`order` int, b string) with ('a'='b')")),
            "CREATE TABLE `T` (\n  `order` INT,\n  b STRING\n)\nWITH (\n  'a' = 'b'\n)");
  EXPECT_EQ(Print(*ParsedStatement("select a,b from t where a>1 group by a,b")),
            "SELECT a, b\nFROM t\nWHERE a > 1\nGROUP BY a, b");
  EXPECT_EQ(QuoteIdentifier("value"), "`value`");
  EXPECT_EQ(QuoteIdentifier("a`b"), "`a``b`");
  EXPECT_EQ(QuoteIdentifier("name"), "name");
  EXPECT_EQ(QuoteString("it's"), "'it''s'");
}

}  // namespace
}  // namespace millrace::sql
