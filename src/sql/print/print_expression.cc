// SPDX-License-Identifier: Apache-2.0
// Printing of expressions, on one line but for subqueries.
#include "sql/print/writer.h"
#include "sql/printer.h"

namespace millrace::sql {
namespace {

// The precedences of the parser.
constexpr int kMultiset = 14;
constexpr int kMultisetIntersect = 18;
constexpr int kOr = 22;
constexpr int kAnd = 24;
constexpr int kNot = 26;
constexpr int kComparison = 30;
constexpr int kRange = 32;
constexpr int kSum = 40;
constexpr int kProduct = 60;
constexpr int kSign = 80;
constexpr int kOperand = 100;

int BinaryPrecedence(BinaryOp op) {
  switch (op) {
    case BinaryOp::kOr: return kOr;
    case BinaryOp::kAnd: return kAnd;
    case BinaryOp::kAdd:
    case BinaryOp::kSubtract: return kSum;
    case BinaryOp::kMultiply:
    case BinaryOp::kDivide:
    case BinaryOp::kModulo:
    case BinaryOp::kConcat: return kProduct;
    case BinaryOp::kMultisetIntersect:
    case BinaryOp::kMultisetIntersectAll: return kMultisetIntersect;
    default: return op >= BinaryOp::kMultisetUnion ? kMultiset : kComparison;
  }
}

int Precedence(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kBinary: return BinaryPrecedence(static_cast<const Binary&>(expr).op);
    case ExprKind::kUnary:
      return static_cast<const Unary&>(expr).op == UnaryOp::kNot ? kNot : kSign;
    case ExprKind::kIsTest:
    case ExprKind::kQuantified: return kComparison;
    case ExprKind::kBetween:
    case ExprKind::kLike:
    case ExprKind::kIn: return kRange;
    default: return kOperand;
  }
}

/// A bare name or literal before a dot would read as something else.
bool BareBeforeDot(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kColumnRef:
    case ExprKind::kStar:
    case ExprKind::kLiteral:
    case ExprKind::kIntervalLiteral:
    case ExprKind::kModelArgument:
    case ExprKind::kTableArgument: return false;
    case ExprKind::kFunctionCall: return !static_cast<const FunctionCall&>(expr).niladic;
    default: return true;
  }
}

}  // namespace

void Writer::WriteExpr(const Expr& expr, int least) {
  if (Precedence(expr) >= least) return WriteBare(expr);
  *this << "(";
  WriteBare(expr);
  *this << ")";
}

void Writer::WriteBare(const Expr& expr) {
  if (expr.kind >= ExprKind::kExtract) return WriteSpecial(expr);
  if (Precedence(expr) < kOperand) return WriteOperator(expr);
  if (const auto* node = As<Literal>(expr)) return WriteLiteral(*node);
  if (const auto* node = As<IntervalLiteral>(expr)) return WriteInterval(*node);
  if (const auto* node = As<ColumnRef>(expr)) return Write(node->name);
  if (const auto* node = As<Case>(expr)) return WriteCase(*node);
  if (const auto* node = As<FunctionCall>(expr)) return WriteCall(*node);
  if (const auto* node = As<TableArgument>(expr)) return WriteTableArgument(*node);
  if (const auto* node = As<Descriptor>(expr)) return WriteDescriptor(*node);
  if (const auto* node = As<Star>(expr)) {
    Write(node->qualifier);
    *this << (node->qualifier.parts.empty() ? "*" : ".*");
  } else if (const auto* node = As<Exists>(expr)) {
    *this << (node->unique ? "UNIQUE " : "EXISTS ");
    WriteNested(node->query);
  } else if (const auto* node = As<Subquery>(expr)) {
    static constexpr std::string_view kForms[] = {"", "ARRAY", "MULTISET", "MAP"};
    *this << kForms[static_cast<size_t>(node->form)];
    WriteNested(node->query);
  } else if (const auto* node = As<Cast>(expr)) {
    *this << (node->is_try ? "TRY_CAST(" : "CAST(");
    WriteExpr(node->value, 0);
    *this << " AS ";
    Write(*node->type);
    *this << ")";
  } else if (const auto* node = As<Row>(expr)) {
    *this << (node->explicit_row || node->values.size() < 2 ? "ROW(" : "(");
    WriteList(node->values);
    *this << ")";
  } else if (const auto* node = As<Array>(expr)) {
    *this << "ARRAY[";
    WriteList(node->values);
    *this << "]";
  } else if (const auto* node = As<Map>(expr)) {
    *this << "MAP[";
    WriteList(node->values);
    *this << "]";
  } else if (const auto* node = As<Multiset>(expr)) {
    *this << "MULTISET[";
    WriteList(node->values);
    *this << "]";
  } else if (const auto* node = As<Index>(expr)) {
    WriteExpr(node->value, kOperand);
    *this << "[";
    WriteExpr(node->index, 0);
    *this << "]";
  } else if (const auto* node = As<FieldAccess>(expr)) {
    WriteExpr(node->value, BareBeforeDot(*node->value) ? kOperand : kOperand + 1);
    *this << ".";
    Write(node->field);
  } else if (expr.kind == ExprKind::kDefault) {
    *this << "DEFAULT";
  } else if (const auto* node = As<ModelArgument>(expr)) {
    *this << "MODEL ";
    Write(node->model);
  }
}

void Writer::WriteOperator(const Expr& expr) {
  if (const auto* node = As<Binary>(expr)) return WriteBinary(*node);
  if (const auto* node = As<IsTest>(expr)) return WriteIsTest(*node);
  if (const auto* node = As<Like>(expr)) return WriteLike(*node);
  if (const auto* node = As<In>(expr)) return WriteIn(*node);
  if (const auto* node = As<Quantified>(expr)) return WriteQuantified(*node);
  if (const auto* node = As<Between>(expr)) {
    WriteExpr(node->value, kRange);
    *this << (node->negated ? " NOT BETWEEN " : " BETWEEN ");
    if (node->symmetric) *this << "SYMMETRIC ";
    WriteExpr(node->low, kRange + 1);
    *this << " AND ";
    WriteExpr(node->high, kRange + 1);
    return;
  }
  const auto& node = static_cast<const Unary&>(expr);
  static constexpr std::string_view kNames[] = {"NOT ", "-", "+", "RUNNING ", "FINAL "};
  *this << kNames[static_cast<size_t>(node.op)];
  // `--` would start a comment.
  bool sign = node.op == UnaryOp::kMinus || node.op == UnaryOp::kPlus;
  const auto* inner = As<Unary>(node.operand);
  if (sign && inner != nullptr) *this << " ";
  WriteExpr(node.operand, node.op == UnaryOp::kNot ? kNot : kSign);
}

void Writer::WriteBinary(const Binary& node) {
  // A long chain is printed without recursion on its left spine.
  int precedence = BinaryPrecedence(node.op);
  std::vector<const Binary*> spine{&node};
  while (const auto* left = As<Binary>(spine.back()->left)) {
    if (BinaryPrecedence(left->op) < BinaryPrecedence(spine.back()->op)) break;
    spine.push_back(left);
  }
  WriteExpr(spine.back()->left, BinaryPrecedence(spine.back()->op));
  for (auto it = spine.rbegin(); it != spine.rend(); ++it) {
    precedence = BinaryPrecedence((*it)->op);
    *this << " " << BinaryOpName((*it)->op) << " ";
    WriteExpr((*it)->right, precedence + 1);
  }
}

void Writer::WriteIsTest(const IsTest& node) {
  static constexpr std::string_view kNames[] = {
      "NULL",       "TRUE",        "FALSE",      "UNKNOWN",     "DISTINCT FROM ", "JSON",
      "JSON VALUE", "JSON OBJECT", "JSON ARRAY", "JSON SCALAR", "A SET",          "EMPTY"};
  WriteExpr(node.value, kComparison);
  *this << (node.negated ? " IS NOT " : " IS ") << kNames[static_cast<size_t>(node.test)];
  WriteExpr(node.other, kComparison + 1);
}

void Writer::WriteLike(const Like& node) {
  static constexpr std::string_view kNames[] = {"LIKE ", "SIMILAR TO ", "ILIKE ", "RLIKE "};
  WriteExpr(node.value, kRange);
  *this << (node.negated ? " NOT " : " ") << kNames[static_cast<size_t>(node.like)];
  WriteExpr(node.pattern, kRange + 1);
  if (node.escape == nullptr) return;
  *this << " ESCAPE ";
  WriteExpr(node.escape, kRange + 1);
}

void Writer::WriteIn(const In& node) {
  WriteExpr(node.value, kRange);
  *this << (node.negated ? " NOT IN " : " IN ");
  if (node.query != nullptr) return WriteNested(node.query);
  *this << "(";
  WriteList(node.list);
  *this << ")";
}

void Writer::WriteQuantified(const Quantified& node) {
  WriteExpr(node.value, kComparison);
  *this << " " << BinaryOpName(node.op) << (node.all ? " ALL " : " ANY ");
  if (node.query != nullptr) return WriteNested(node.query);
  *this << "(";
  WriteList(node.list);
  *this << ")";
}

void Writer::WriteLiteral(const Literal& node) {
  switch (node.literal) {
    case LiteralKind::kNull: *this << "NULL"; return;
    case LiteralKind::kTrue: *this << "TRUE"; return;
    case LiteralKind::kFalse: *this << "FALSE"; return;
    case LiteralKind::kUnknown: *this << "UNKNOWN"; return;
    case LiteralKind::kInteger:
    case LiteralKind::kDecimal:
    case LiteralKind::kDouble: *this << node.text; return;
    case LiteralKind::kString: break;
    case LiteralKind::kBinary: *this << "X"; break;
    case LiteralKind::kDate: *this << "DATE "; break;
    case LiteralKind::kTime: *this << "TIME "; break;
    case LiteralKind::kTimestamp: *this << "TIMESTAMP "; break;
    case LiteralKind::kTimestampLtz: *this << "TIMESTAMP WITH LOCAL TIME ZONE "; break;
  }
  *this << QuoteString(node.text);
}

void Writer::WriteInterval(const IntervalLiteral& node) {
  *this << "INTERVAL ";
  if (node.value != nullptr) {
    // A text here would be the literal itself.
    bool text = node.value->kind == ExprKind::kLiteral &&
                static_cast<const Literal&>(*node.value).literal == LiteralKind::kString;
    WriteExpr(node.value, text ? kOperand + 1 : kOperand);
  } else {
    *this << (node.negative ? "-" : "") << QuoteString(node.text);
  }
  *this << " ";
  WriteQualifier(node.qualifier);
}

void Writer::WriteQualifier(const IntervalQualifier& qualifier) {
  *this << TimeUnitName(qualifier.start);
  bool single_fraction = !qualifier.end && qualifier.fraction_precision;
  if (qualifier.leading_precision) {
    *this << "(" << std::to_string(*qualifier.leading_precision);
    if (single_fraction) *this << ", " << std::to_string(*qualifier.fraction_precision);
    *this << ")";
  }
  if (!qualifier.end) return;
  *this << " TO " << TimeUnitName(*qualifier.end);
  if (qualifier.fraction_precision) {
    *this << "(" << std::to_string(*qualifier.fraction_precision) << ")";
  }
}

void Writer::WriteCase(const Case& node) {
  *this << "CASE";
  if (node.operand != nullptr) {
    *this << " ";
    WriteExpr(node.operand, 0);
  }
  for (const Case::When& when : node.whens) {
    *this << " WHEN ";
    WriteList(when.conditions);
    *this << " THEN ";
    WriteExpr(when.result, 0);
  }
  if (node.otherwise != nullptr) {
    *this << " ELSE ";
    WriteExpr(node.otherwise, 0);
  }
  *this << " END";
}

void Writer::WriteNested(const QueryPtr& query) {
  *this << "(";
  {
    Indent indent(this);
    NewLine();
    Write(*query);
  }
  NewLine();
  *this << ")";
}

void Writer::WriteList(const std::vector<ExprPtr>& list) {
  bool first = true;
  for (const ExprPtr& expr : list) {
    if (!first) *this << ", ";
    first = false;
    WriteExpr(expr, 0);
  }
}

}  // namespace millrace::sql
