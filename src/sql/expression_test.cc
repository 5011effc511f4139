// SPDX-License-Identifier: Apache-2.0
// Precedence and shape of expressions. The fully parenthesised forms are those of Flink's parser.
#include <gtest/gtest.h>

#include <string>

#include "sql/ast/special_call.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace millrace::sql {
namespace {

ExprPtr ParsedExpression(std::string_view text) {
  DiagnosticList diagnostics;
  ExprPtr expr = ParseExpression(text, &diagnostics);
  EXPECT_NE(expr, nullptr) << text << ": " << diagnostics.entries()[0].message;
  return expr;
}

/// The expression with every operator in parentheses.
std::string Shape(const ExprPtr& expr) {
  if (const auto* node = As<Binary>(expr)) {
    return "(" + Shape(node->left) + " " + std::string(BinaryOpName(node->op)) + " " +
           Shape(node->right) + ")";
  }
  if (const auto* node = As<Unary>(expr)) {
    const char* names[] = {"NOT ", "-", "+", "RUNNING ", "FINAL "};
    return "(" + std::string(names[static_cast<int>(node->op)]) + Shape(node->operand) + ")";
  }
  if (const auto* node = As<IsTest>(expr)) {
    std::string text = "(" + Shape(node->value) + (node->negated ? " IS NOT " : " IS ");
    if (node->test == IsTestKind::kDistinctFrom) {
      return text + "DISTINCT FROM " + Shape(node->other) + ")";
    }
    return text + (node->test == IsTestKind::kNull ? "NULL)" : "..)");
  }
  if (const auto* node = As<Between>(expr)) {
    return "(" + Shape(node->value) + " BETWEEN " + Shape(node->low) + " AND " + Shape(node->high) +
           ")";
  }
  if (const auto* node = As<Like>(expr)) {
    return "(" + Shape(node->value) + " LIKE " + Shape(node->pattern) + ")";
  }
  if (const auto* node = As<In>(expr)) {
    std::string list;
    for (const ExprPtr& element : node->list) list += (list.empty() ? "" : ", ") + Shape(element);
    return "(" + Shape(node->value) + " IN (" + list + "))";
  }
  if (const auto* node = As<FieldAccess>(expr)) {
    return "(" + Shape(node->value) + "." + node->field.text + ")";
  }
  if (const auto* node = As<Index>(expr)) {
    return Shape(node->value) + "[" + Shape(node->index) + "]";
  }
  return expr == nullptr ? "?" : Print(*expr);
}

TEST(ExpressionTest, Precedence) {
  struct Case {
    const char* text;
    const char* shape;
  };
  static constexpr Case kCases[] = {
      {"a OR b AND c", "(a OR (b AND c))"},
      {"NOT a AND b", "((NOT a) AND b)"},
      {"NOT a = b", "(NOT (a = b))"},
      {"a = NOT b", "(a = (NOT b))"},
      {"a = b = c", "((a = b) = c)"},
      {"a < b = c", "((a < b) = c)"},
      {"a = b IS NULL", "((a = b) IS NULL)"},
      {"a IS NULL = b", "((a IS NULL) = b)"},
      {"a IS DISTINCT FROM b + 1", "(a IS DISTINCT FROM (b + 1))"},
      {"x + a IS DISTINCT FROM b", "((x + a) IS DISTINCT FROM b)"},
      {"a = b IS DISTINCT FROM c", "((a = b) IS DISTINCT FROM c)"},
      {"a BETWEEN 1 AND 2 AND c", "((a BETWEEN 1 AND 2) AND c)"},
      {"a BETWEEN b = c AND d", "(a BETWEEN (b = c) AND d)"},
      {"a BETWEEN 1 AND 2 = c", "((a BETWEEN 1 AND 2) = c)"},
      {"a LIKE b || c", "(a LIKE (b || c))"},
      {"a LIKE b = c", "((a LIKE b) = c)"},
      {"a IN (1, 2) = b", "((a IN (1, 2)) = b)"},
      {"a || b + c * d", "((a || b) + (c * d))"},
      {"a - b - c", "((a - b) - c)"},
      {"a - (b - c)", "(a - (b - c))"},
      {"a * b / c % d", "(((a * b) / c) % d)"},
      {"-a * b", "((-a) * b)"},
      {"a*-b", "(a * (-b))"},
      {"- - a", "(-(-a))"},
      {"-a.b[1]", "(-a.b[1])"},
      {"a + b > c * d OR e", "(((a + b) > (c * d)) OR e)"},
      {"a MULTISET UNION b + c", "(a MULTISET UNION ALL (b + c))"},
      {"a MEMBER OF b AND c", "((a MEMBER OF b) AND c)"},
      {"(r).f.g", "((r.f).g)"},
      {"f(x).y[1].z", "((f(x).y)[1].z)"},
      {"a.b.c", "a.b.c"},
  };
  for (const Case& test : kCases)
    EXPECT_EQ(Shape(ParsedExpression(test.text)), test.shape) << test.text;
}

TEST(ExpressionTest, ParenthesesArePrintedWhereNeeded) {
  for (const char* text :
       {"a - (b - c)", "(a OR b) AND c", "NOT (a AND b)", "(a = b) IS NULL", "- (-a)", "(a + b).f",
        "(a || b) LIKE c", "a * (b + c)", "(NOT a) IS NULL", "(a AND b) = c"}) {
    std::string printed = Print(*ParsedExpression(text));
    EXPECT_EQ(Shape(ParsedExpression(printed)), Shape(ParsedExpression(text))) << printed;
  }
  EXPECT_EQ(Print(*ParsedExpression("((a)) + ((b * c))")), "a + b * c");
}

TEST(ExpressionTest, Literals) {
  struct Case {
    const char* text;
    LiteralKind kind;
    const char* value;
  };
  static constexpr Case kCases[] = {
      {"42", LiteralKind::kInteger, "42"},
      {"4.20", LiteralKind::kDecimal, "4.20"},
      {"1e3", LiteralKind::kDouble, "1E3"},
      {"'it''s'", LiteralKind::kString, "it's"},
      {"'a' 'b'", LiteralKind::kString, "ab"},
      {"x'0aff' '01'", LiteralKind::kBinary, "0AFF01"},
      {"DATE '2024-01-02'", LiteralKind::kDate, "2024-01-02"},
      {"TIME '10:00:00'", LiteralKind::kTime, "10:00:00"},
      {"timestamp '2024-01-02 03:04:05'", LiteralKind::kTimestamp, "2024-01-02 03:04:05"},
      {"TRUE", LiteralKind::kTrue, ""},
      {"null", LiteralKind::kNull, ""},
  };
  for (const Case& test : kCases) {
    const ExprPtr expr = ParsedExpression(test.text);
    const auto* literal = As<Literal>(expr);
    ASSERT_NE(literal, nullptr) << test.text;
    EXPECT_EQ(literal->literal, test.kind) << test.text;
    EXPECT_EQ(literal->text, test.value) << test.text;
    EXPECT_EQ(literal->span, (Span{0, static_cast<uint32_t>(std::string(test.text).size())}));
  }
}

TEST(ExpressionTest, Intervals) {
  const ExprPtr expr = ParsedExpression("INTERVAL -'1 02:03' DAY(3) TO SECOND(6)");
  const auto* interval = As<IntervalLiteral>(expr);
  ASSERT_NE(interval, nullptr);
  EXPECT_TRUE(interval->negative);
  EXPECT_EQ(interval->text, "1 02:03");
  EXPECT_EQ(interval->qualifier.start, TimeUnit::kDay);
  EXPECT_EQ(interval->qualifier.end, TimeUnit::kSecond);
  EXPECT_EQ(interval->qualifier.leading_precision, 3);
  EXPECT_EQ(interval->qualifier.fraction_precision, 6);
  EXPECT_EQ(Print(*ParsedExpression("INTERVAL '5' minutes")), "INTERVAL '5' MINUTE");
  const ExprPtr difference = ParsedExpression("(a - b) DAY");
  ASSERT_NE(As<DatetimeDifference>(difference), nullptr);
  EXPECT_EQ(Print(*difference), "(a - b) DAY");
}

TEST(ExpressionTest, Calls) {
  const ExprPtr expr = ParsedExpression(
      "Sum(DISTINCT a) FILTER (WHERE b > 1) OVER (PARTITION BY c ORDER BY d DESC NULLS LAST "
      "ROWS BETWEEN 5 PRECEDING AND CURRENT ROW)");
  const auto* call = As<FunctionCall>(expr);
  ASSERT_NE(call, nullptr);
  EXPECT_EQ(call->name.ToString(), "Sum");
  EXPECT_EQ(call->upper_name, "SUM");
  EXPECT_EQ(call->quantifier, SetQuantifier::kDistinct);
  ASSERT_NE(call->filter, nullptr);
  ASSERT_TRUE(call->over && call->over->spec && call->over->spec->frame);
  EXPECT_EQ(call->over->spec->frame->unit, FrameUnit::kRows);
  EXPECT_EQ(call->over->spec->frame->start.kind, FrameBound::Kind::kPreceding);
  EXPECT_EQ(call->over->spec->order_by[0].nulls, NullsOrder::kLast);

  const ExprPtr niladic = ParsedExpression("CURRENT_TIMESTAMP");
  ASSERT_NE(As<FunctionCall>(niladic), nullptr);
  EXPECT_TRUE(As<FunctionCall>(niladic)->niladic);
  const ExprPtr star = ParsedExpression("COUNT(*)");
  EXPECT_NE(As<Star>(As<FunctionCall>(star)->arguments[0].value), nullptr);
}

TEST(ExpressionTest, TableModelAndDescriptorArguments) {
  const ExprPtr expr = ParsedExpression(
      "ML_PREDICT(INPUT => TABLE t PARTITION BY (a, b), MODEL => MODEL db.m, "
      "ARGS => DESCRIPTOR(f1, `f 2`), CONFIG => MAP['async', 'true'])");
  const auto* call = As<FunctionCall>(expr);
  ASSERT_NE(call, nullptr);
  ASSERT_EQ(call->arguments.size(), 4u);
  EXPECT_EQ(call->arguments[0].name->text, "INPUT");
  const auto* table = As<TableArgument>(call->arguments[0].value);
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->partition_by.size(), 2u);
  EXPECT_EQ(As<ModelArgument>(call->arguments[1].value)->model.ToString(), "db.m");
  EXPECT_EQ(As<Descriptor>(call->arguments[2].value)->columns[1].ToString(), "f 2");
  EXPECT_EQ(As<Map>(call->arguments[3].value)->values.size(), 2u);
}

TEST(ExpressionTest, SpecialCalls) {
  EXPECT_NE(As<Extract>(ParsedExpression("EXTRACT(YEAR FROM ts)")), nullptr);
  EXPECT_NE(As<FloorCeil>(ParsedExpression("CEIL(ts TO HOUR)")), nullptr);
  EXPECT_NE(As<FunctionCall>(ParsedExpression("FLOOR(x)")), nullptr);
  EXPECT_NE(As<Trim>(ParsedExpression("TRIM(LEADING 'x' FROM a)")), nullptr);
  EXPECT_NE(As<Position>(ParsedExpression("POSITION('a' IN b)")), nullptr);
  EXPECT_NE(As<Substring>(ParsedExpression("SUBSTRING(a FROM 2 FOR 3)")), nullptr);
  EXPECT_NE(As<FunctionCall>(ParsedExpression("SUBSTRING(a, 2, 3)")), nullptr);
  EXPECT_NE(As<Overlay>(ParsedExpression("OVERLAY(a PLACING b FROM 1)")), nullptr);
  EXPECT_NE(As<TimestampCall>(ParsedExpression("TIMESTAMPDIFF(SQL_TSI_DAY, a, b)")), nullptr);
  const ExprPtr value =
      ParsedExpression("JSON_VALUE(a, '$.b' RETURNING INT DEFAULT 1 ON EMPTY ERROR ON ERROR)");
  const auto* json = As<JsonValue>(value);
  ASSERT_NE(json, nullptr);
  EXPECT_EQ(json->on_empty.kind, JsonBehavior::Kind::kDefault);
  EXPECT_EQ(json->on_error.kind, JsonBehavior::Kind::kError);
  const ExprPtr object = ParsedExpression("JSON_OBJECT(KEY 'a' VALUE 1, 'b': 2 ABSENT ON NULL)");
  ASSERT_NE(As<JsonObject>(object), nullptr);
  EXPECT_EQ(As<JsonObject>(object)->members.size(), 2u);
  EXPECT_EQ(As<JsonObject>(object)->on_null, JsonOnNull::kAbsent);
}

TEST(ExpressionTest, Types) {
  struct Case {
    const char* text;
    const char* printed;
  };
  static constexpr Case kCases[] = {
      {"numeric(10, 2)", "DECIMAL(10, 2)"},
      {"INTEGER NOT NULL", "INT NOT NULL"},
      {"TIMESTAMP(3) WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(3)"},
      {"DOUBLE PRECISION", "DOUBLE"},
      {"CHARACTER VARYING(3)", "VARCHAR(3)"},
      {"ROW<a INT, b ROW<c STRING NOT NULL 'note'>>",
       "ROW<a INT, b ROW<c STRING NOT NULL 'note'>>"},
      {"MAP<STRING NOT NULL, ARRAY<INT>>", "MAP<STRING NOT NULL, ARRAY<INT>>"},
      {"INT NOT NULL ARRAY", "ARRAY<INT NOT NULL>"},
      {"INTERVAL DAY TO SECOND(3)", "INTERVAL DAY TO SECOND(3)"},
      {"RAW('c', 's')", "RAW('c', 's')"},
      {"ROW<>", "ROW<>"},
  };
  for (const Case& test : kCases) {
    DiagnosticList diagnostics;
    TypeNamePtr type = ParseType(test.text, &diagnostics);
    ASSERT_NE(type, nullptr) << test.text;
    EXPECT_EQ(Print(*type), test.printed);
  }
}

TEST(ExpressionTest, OffsetMovesEveryPlace) {
  DiagnosticList diagnostics;
  ExprPtr expr = ParseExpression("a + b", &diagnostics, 100);
  ASSERT_NE(expr, nullptr);
  EXPECT_EQ(expr->span, (Span{100, 105}));
  EXPECT_EQ(ParseExpression("a +", &diagnostics, 100), nullptr);
  EXPECT_EQ(diagnostics.entries()[0].span, (Span{103, 103}));
}

}  // namespace
}  // namespace millrace::sql
