// SPDX-License-Identifier: Apache-2.0
// Operators. The precedences are those of Flink's parser, low to high: multiset operators, OR, AND,
// NOT, IS and comparisons, BETWEEN/LIKE/IN, sums, products and ||, signs. All binary ones associate
// left.
#include "sql/parse/grammar.h"

namespace millrace::sql {
namespace {

constexpr int kMultisetPrecedence = 14;
constexpr int kMultisetIntersectPrecedence = 18;
constexpr int kOrPrecedence = 22;
constexpr int kAndPrecedence = 24;
constexpr int kNotPrecedence = 26;
constexpr int kComparisonPrecedence = 30;
constexpr int kRangePrecedence = 32;  // BETWEEN, LIKE, IN
constexpr int kSumPrecedence = 40;
constexpr int kProductPrecedence = 60;
constexpr int kSignPrecedence = 80;
constexpr int kCastPrecedence = 90;

struct SymbolOperator {
  std::string_view symbol;
  BinaryOp op;
  int precedence;
};
constexpr SymbolOperator kSymbols[] = {
    {"=", BinaryOp::kEqual, kComparisonPrecedence},
    {"<>", BinaryOp::kNotEqual, kComparisonPrecedence},
    {"<", BinaryOp::kLess, kComparisonPrecedence},
    {"<=", BinaryOp::kLessEqual, kComparisonPrecedence},
    {">", BinaryOp::kGreater, kComparisonPrecedence},
    {">=", BinaryOp::kGreaterEqual, kComparisonPrecedence},
    {"+", BinaryOp::kAdd, kSumPrecedence},
    {"-", BinaryOp::kSubtract, kSumPrecedence},
    {"*", BinaryOp::kMultiply, kProductPrecedence},
    {"/", BinaryOp::kDivide, kProductPrecedence},
    {"%", BinaryOp::kModulo, kProductPrecedence},
    {"||", BinaryOp::kConcat, kProductPrecedence},
    // Foreign spellings, reported when taken.
    {"!=", BinaryOp::kNotEqual, kComparisonPrecedence},
    {"==", BinaryOp::kEqual, kComparisonPrecedence},
    {"&&", BinaryOp::kAnd, kAndPrecedence},
};

bool IsComparison(BinaryOp op) { return op >= BinaryOp::kEqual && op <= BinaryOp::kGreaterEqual; }

}  // namespace

ExprPtr Grammar::ParseOperators(int least) {
  Nest nest(this);
  ExprPtr left = ParsePrefix();
  while (!failed()) {
    Infix infix = PeekInfix();
    if (infix.kind == Infix::Kind::kNone || infix.precedence < least) break;
    left = ParseInfix(std::move(left), infix);
  }
  return left;
}

ExprPtr Grammar::ParsePrefix() {
  uint32_t begin = Begin();
  auto unary = [&](UnaryOp op, int precedence) {
    auto node = std::make_shared<Unary>();
    node->op = op;
    Take();
    node->operand = ParseOperators(precedence);
    Adopt(node.get(), node->operand);
    return Finish(std::move(node), begin);
  };
  if (At("NOT")) return unary(UnaryOp::kNot, kNotPrecedence);
  if (AtSymbol("-")) return unary(UnaryOp::kMinus, kSignPrecedence);
  if (AtSymbol("+")) return unary(UnaryOp::kPlus, kSignPrecedence);
  if (AtSymbol("!")) {
    Report("MR0105", "found `!`, expected `NOT`", Peek().span).try_text = "NOT ";
    return unary(UnaryOp::kNot, kNotPrecedence);
  }
  if (Peek().kind == TokenKind::kWord && Peek(1).kind == TokenKind::kWord && SymbolAt(2, "(")) {
    if (At("RUNNING")) return unary(UnaryOp::kRunning, kSignPrecedence);
    if (At("FINAL")) return unary(UnaryOp::kFinal, kSignPrecedence);
  }
  return ParsePostfix(ParsePrimary(), begin);
}

Grammar::Infix Grammar::PeekInfix() {
  const Token& token = Peek();
  if (token.kind == TokenKind::kWord) return PeekWordInfix();
  if (token.kind != TokenKind::kSymbol) return {};
  for (const SymbolOperator& entry : kSymbols) {
    if (token.value == entry.symbol) {
      return {Infix::Kind::kBinary, entry.op, entry.precedence, 1};
    }
  }
  if (token.value == "::") return {Infix::Kind::kCast, BinaryOp::kOr, kCastPrecedence, 1};
  return {};
}

Grammar::Infix Grammar::PeekWordInfix() {
  using Kind = Infix::Kind;
  auto binary = [](BinaryOp op, int precedence, int words = 1) {
    return Infix{Kind::kBinary, op, precedence, words};
  };
  size_t at = At("NOT") ? 1 : 0;
  const std::string& word = Peek(at).value;
  if (Peek(at).kind != TokenKind::kWord) return {};
  if (word == "BETWEEN") return {Kind::kBetween, BinaryOp::kOr, kRangePrecedence, 1};
  if (word == "IN") return {Kind::kIn, BinaryOp::kOr, kRangePrecedence, 1};
  if (word == "LIKE" || word == "SIMILAR" || word == "ILIKE" || word == "RLIKE") {
    return {Kind::kLike, BinaryOp::kOr, kRangePrecedence, 1};
  }
  if (at == 1) return {};
  if (At("AND")) return binary(BinaryOp::kAnd, kAndPrecedence);
  if (At("OR")) return binary(BinaryOp::kOr, kOrPrecedence);
  if (At("IS")) return {Kind::kIs, BinaryOp::kOr, kComparisonPrecedence, 1};
  if (word == "OVERLAPS") return binary(BinaryOp::kOverlaps, kComparisonPrecedence);
  if (word == "CONTAINS") return binary(BinaryOp::kContains, kComparisonPrecedence);
  if (word == "PRECEDES") return binary(BinaryOp::kPrecedes, kComparisonPrecedence);
  if (word == "SUCCEEDS") return binary(BinaryOp::kSucceeds, kComparisonPrecedence);
  if (word == "EQUALS") return binary(BinaryOp::kPeriodEquals, kComparisonPrecedence);
  if (word == "IMMEDIATELY" && WordAt(1, "PRECEDES")) {
    return binary(BinaryOp::kImmediatelyPrecedes, kComparisonPrecedence, 2);
  }
  if (word == "IMMEDIATELY" && WordAt(1, "SUCCEEDS")) {
    return binary(BinaryOp::kImmediatelySucceeds, kComparisonPrecedence, 2);
  }
  if (word == "MEMBER") return binary(BinaryOp::kMemberOf, kComparisonPrecedence, 2);
  if (word == "SUBMULTISET") return binary(BinaryOp::kSubmultisetOf, kComparisonPrecedence, 2);
  if (word == "MULTISET") return PeekMultiset();
  return {};
}

Grammar::Infix Grammar::PeekMultiset() {
  bool all = WordAt(2, "ALL");
  int words = all || WordAt(2, "DISTINCT") ? 3 : 2;
  bool distinct = words == 3 && !all;  // ALL is the default
  auto result = [&](BinaryOp plain, BinaryOp with_all, int precedence) {
    return Infix{Infix::Kind::kBinary, distinct ? plain : with_all, precedence, words};
  };
  if (WordAt(1, "UNION")) {
    return result(BinaryOp::kMultisetUnion, BinaryOp::kMultisetUnionAll, kMultisetPrecedence);
  }
  if (WordAt(1, "EXCEPT")) {
    return result(BinaryOp::kMultisetExcept, BinaryOp::kMultisetExceptAll, kMultisetPrecedence);
  }
  if (WordAt(1, "INTERSECT")) {
    return result(BinaryOp::kMultisetIntersect, BinaryOp::kMultisetIntersectAll,
                  kMultisetIntersectPrecedence);
  }
  return {};
}

ExprPtr Grammar::ParseInfix(ExprPtr left, const Infix& infix) {
  switch (infix.kind) {
    case Infix::Kind::kIs: return ParseIs(std::move(left));
    case Infix::Kind::kBetween: return ParseBetween(std::move(left));
    case Infix::Kind::kLike: return ParseLike(std::move(left));
    case Infix::Kind::kIn: return ParseIn(std::move(left));
    case Infix::Kind::kCast: return ParseColonCast(std::move(left));
    default: return ParseBinary(std::move(left), infix);
  }
}

void Grammar::ReportForeignOperator() {
  const Token& token = Peek();
  std::string_view meant;
  if (AtSymbol("!=")) meant = "<>";
  if (AtSymbol("==")) meant = "=";
  if (AtSymbol("&&")) meant = "AND";
  if (meant.empty()) return;
  Diagnostic& diagnostic = Report(
      "MR0105", "found `" + token.value + "`, expected `" + std::string(meant) + "`", token.span);
  diagnostic.candidates.emplace_back(meant);
  diagnostic.try_text = meant == "AND" ? " AND " : std::string(meant);
}

ExprPtr Grammar::ParseBinary(ExprPtr left, const Infix& infix) {
  uint32_t begin = left == nullptr ? Begin() : left->span.begin;
  ReportForeignOperator();
  uint32_t op_begin = Begin();
  for (int i = 0; i < infix.words; ++i) Take();
  Span op_span = From(op_begin);
  if (IsComparison(infix.op) && AtAny({"ANY", "SOME", "ALL"}) && SymbolAt(1, "(")) {
    return ParseQuantified(std::move(left), infix.op);
  }
  auto node = std::make_shared<Binary>();
  node->op = infix.op;
  node->op_span = op_span;
  node->left = std::move(left);
  node->right = ParseOperators(infix.precedence + 1);
  Adopt(node.get(), node->left);
  Adopt(node.get(), node->right);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseQuantified(ExprPtr left, BinaryOp op) {
  auto node = std::make_shared<Quantified>();
  uint32_t begin = left == nullptr ? Begin() : left->span.begin;
  node->op = op;
  node->all = Take().value == "ALL";
  node->value = std::move(left);
  Open("(");
  if (AtQueryStart()) {
    node->query = ParseQueryTree();
    Adopt(node.get(), node->query);
  } else {
    node->list = ParseExprList(")");
  }
  Close();
  Adopt(node.get(), node->value);
  AdoptAll(node.get(), node->list);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseIs(ExprPtr left) {
  auto node = std::make_shared<IsTest>();
  uint32_t begin = left == nullptr ? Begin() : left->span.begin;
  Take();
  node->value = std::move(left);
  node->negated = Accept("NOT");
  if (Accept("NULL")) {
    node->test = IsTestKind::kNull;
  } else if (Accept("TRUE")) {
    node->test = IsTestKind::kTrue;
  } else if (Accept("FALSE")) {
    node->test = IsTestKind::kFalse;
  } else if (Accept("UNKNOWN")) {
    node->test = IsTestKind::kUnknown;
  } else if (Accept("DISTINCT")) {
    node->test = IsTestKind::kDistinctFrom;
    Expect("FROM");
    node->other = ParseOperators(kComparisonPrecedence + 1);
  } else if (Accept("JSON")) {
    node->test = Accept("VALUE")    ? IsTestKind::kJsonValue
                 : Accept("OBJECT") ? IsTestKind::kJsonObject
                 : Accept("ARRAY")  ? IsTestKind::kJsonArray
                 : Accept("SCALAR") ? IsTestKind::kJsonScalar
                                    : IsTestKind::kJson;
  } else if (AcceptWords({"A", "SET"})) {
    node->test = IsTestKind::kASet;
  } else if (Accept("EMPTY")) {
    node->test = IsTestKind::kEmpty;
  } else {
    Fail("NULL, TRUE, FALSE, UNKNOWN, DISTINCT FROM or JSON after IS");
  }
  Adopt(node.get(), node->value);
  Adopt(node.get(), node->other);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseBetween(ExprPtr left) {
  auto node = std::make_shared<Between>();
  uint32_t begin = left == nullptr ? Begin() : left->span.begin;
  node->negated = Accept("NOT");
  Take();
  node->symmetric = Accept("SYMMETRIC");
  if (!node->symmetric) Accept("ASYMMETRIC");
  node->value = std::move(left);
  node->low = ParseOperators(kAndPrecedence + 1);
  if (AtSymbol(",")) {
    Fail("`AND`");
    last().try_text = " AND";
  }
  Expect("AND");
  node->high = ParseOperators(kRangePrecedence + 1);
  Adopt(node.get(), node->value);
  Adopt(node.get(), node->low);
  Adopt(node.get(), node->high);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseLike(ExprPtr left) {
  auto node = std::make_shared<Like>();
  uint32_t begin = left == nullptr ? Begin() : left->span.begin;
  node->negated = Accept("NOT");
  node->value = std::move(left);
  if (Accept("SIMILAR")) {
    node->like = LikeKind::kSimilarTo;
    Expect("TO");
  } else {
    node->like = Accept("ILIKE")   ? LikeKind::kIlike
                 : Accept("RLIKE") ? LikeKind::kRlike
                                   : LikeKind::kLike;
    if (node->like == LikeKind::kLike) Take();
  }
  node->pattern = ParseOperators(kRangePrecedence + 1);
  if (Accept("ESCAPE")) node->escape = ParseOperators(kRangePrecedence + 1);
  Adopt(node.get(), node->value);
  Adopt(node.get(), node->pattern);
  Adopt(node.get(), node->escape);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseIn(ExprPtr left) {
  auto node = std::make_shared<In>();
  uint32_t begin = left == nullptr ? Begin() : left->span.begin;
  node->negated = Accept("NOT");
  Take();
  node->value = std::move(left);
  ExpectOpen("IN");
  if (AtQueryStart()) {
    node->query = ParseQueryTree();
    Adopt(node.get(), node->query);
  } else {
    node->list = ParseExprList(")");
    // IN ((SELECT ..)) is the same as IN (SELECT ..).
    const auto* only = node->list.size() == 1 ? As<Subquery>(node->list[0]) : nullptr;
    if (only != nullptr && only->form == Subquery::Form::kScalar) {
      node->query = only->query;
      node->list.clear();
      Adopt(node.get(), node->query);
    }
  }
  Close();
  Adopt(node.get(), node->value);
  AdoptAll(node.get(), node->list);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseColonCast(ExprPtr left) {
  auto node = std::make_shared<Cast>();
  uint32_t begin = left == nullptr ? Begin() : left->span.begin;
  std::string value = left == nullptr ? "" : TextOf(left->span);
  Take();
  node->value = std::move(left);
  uint32_t type_begin = Begin();
  node->type = ParseType(false);
  if (failed()) return node;
  Span type_span = From(type_begin);
  Diagnostic& diagnostic =
      Report("MR0105", "found `::`, expected CAST(value AS type)", From(begin));
  diagnostic.try_text = "CAST(" + value + " AS " + TextOf(type_span) + ")";
  Adopt(node.get(), node->value);
  return Finish(std::move(node), begin);
}

std::vector<ExprPtr> Grammar::ParseExprList(std::string_view closing) {
  std::vector<ExprPtr> list;
  do {
    if (failed()) break;
    list.push_back(ParseExpr());
  } while (NextInList(closing));
  return list;
}

}  // namespace millrace::sql
