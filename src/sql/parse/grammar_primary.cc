// SPDX-License-Identifier: Apache-2.0
// Operands: literals, names, parentheses, CASE, CAST, collections, and what follows an operand
// without an operator: [index] and .field.
#include "sql/keywords.h"
#include "sql/parse/grammar.h"

namespace millrace::sql {
bool Grammar::AtQueryStart(size_t ahead) const {
  return WordAt(ahead, "SELECT") || WordAt(ahead, "WITH") || WordAt(ahead, "VALUES") ||
         (WordAt(ahead, "TABLE") && !SymbolAt(ahead + 1, "("));
}

ExprPtr Grammar::ParsePrimary() {
  const Token& token = Peek();
  switch (token.kind) {
    case TokenKind::kInteger: return ParseLiteral(LiteralKind::kInteger);
    case TokenKind::kDecimal: return ParseLiteral(LiteralKind::kDecimal);
    case TokenKind::kDouble: return ParseLiteral(LiteralKind::kDouble);
    case TokenKind::kString:
    case TokenKind::kBinary: return ParseStringLiteral();
    case TokenKind::kQuotedIdentifier: return ParseNameOrCall();
    case TokenKind::kDoubleQuoted: return ParseDoubleQuoted();
    case TokenKind::kWord: {
      bool known = false;
      ExprPtr expr = ParseKeywordPrimary(&known);
      if (!known) expr = ParseSpecialCall(&known);
      if (known) return expr;
      if (!IsReservedWord(token.value)) return ParseNameOrCall();
      if (SymbolAt(1, "(") && IsReservedFunction(token.value)) return ParseNameOrCall();
      if (IsNiladicFunction(token.value)) return ParseNameOrCall();
      return ParseReservedAsColumn();
    }
    default: break;
  }
  if (AtSymbol("(")) return ParseParenthesised();
  if (AtSymbol("?")) {
    FailWith("MR0115", "found `?`: a file has no parameters, expected a value", token.span);
    last().next_step = "Write the value, or ${NAME} inside an option's text.";
    return nullptr;
  }
  if (AtSymbol("{")) {
    FailWith("MR0111", "found `{`: JDBC escapes are not supported, expected an expression",
             token.span);
    return nullptr;
  }
  Fail("an expression");
  return nullptr;
}

/// A reserved word where an operand must stand: a column that needs quotes, unless a clause starts
/// here.
ExprPtr Grammar::ParseReservedAsColumn() {
  uint32_t begin = Begin();
  auto node = std::make_shared<ColumnRef>();
  node->name = ParseName("an expression");
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseKeywordPrimary(bool* known) {
  *known = true;
  const Token& token = Peek();
  const std::string& word = token.value;
  if (word == "NULL") return ParseLiteral(LiteralKind::kNull);
  if (word == "TRUE") return ParseLiteral(LiteralKind::kTrue);
  if (word == "FALSE") return ParseLiteral(LiteralKind::kFalse);
  if (word == "UNKNOWN") return ParseLiteral(LiteralKind::kUnknown);
  if (word == "CASE") return ParseCase();
  if (word == "INTERVAL") return ParseInterval();
  TokenKind next = Peek(1).kind;
  bool text_follows = next == TokenKind::kString || next == TokenKind::kDoubleQuoted;
  if (word == "DATE" && text_follows) return ParseDateTimeLiteral(LiteralKind::kDate, 1);
  if (word == "TIME" && text_follows) return ParseDateTimeLiteral(LiteralKind::kTime, 1);
  if ((word == "TIMESTAMP" || word == "DATETIME") && text_follows) {
    return ParseDateTimeLiteral(LiteralKind::kTimestamp, 1);
  }
  if (word == "TIMESTAMP" && AtWords({"TIMESTAMP", "WITH", "LOCAL", "TIME", "ZONE"})) {
    return ParseDateTimeLiteral(LiteralKind::kTimestampLtz, 5);
  }
  bool bracket = SymbolAt(1, "[") || SymbolAt(1, "(");
  if (word == "ARRAY" && bracket) return ParseCollection<Array>(Subquery::Form::kArray);
  if (word == "MAP" && bracket) return ParseCollection<Map>(Subquery::Form::kMap);
  if (word == "MULTISET" && bracket) return ParseCollection<Multiset>(Subquery::Form::kMultiset);
  if (SymbolAt(1, "(")) {
    if (word == "CAST") return ParseCast(false);
    if (word == "TRY_CAST" || word == "SAFE_CAST") return ParseCast(true);
    if (word == "EXISTS") return ParseExists(false);
    if (word == "UNIQUE") return ParseExists(true);
    if (word == "ROW") return ParseParenthesised();
  }
  *known = false;
  return nullptr;
}

ExprPtr Grammar::ParseLiteral(LiteralKind kind) {
  auto node = std::make_shared<Literal>();
  uint32_t begin = Begin();
  const Token& token = Take();
  node->literal = kind;
  if (token.kind != TokenKind::kWord) node->text = token.value;
  return Finish(std::move(node), begin);
}

/// 'a' 'b' is one text, as is X'0A' '0B'.
ExprPtr Grammar::ParseStringLiteral() {
  auto node = std::make_shared<Literal>();
  uint32_t begin = Begin();
  bool binary = Peek().kind == TokenKind::kBinary;
  node->literal = binary ? LiteralKind::kBinary : LiteralKind::kString;
  node->text = Take().value;
  while (Peek().kind == TokenKind::kString) {
    if (binary && Peek().value.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
      break;
    }
    std::string more = Take().value;
    for (char& c : more) {
      if (binary && c >= 'a') c = static_cast<char>(c - 'a' + 'A');
    }
    node->text += more;
  }
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseDateTimeLiteral(LiteralKind kind, int words) {
  auto node = std::make_shared<Literal>();
  uint32_t begin = Begin();
  for (int i = 0; i < words; ++i) Take();
  node->literal = kind;
  node->text = ExpectString("a date or time").value;
  return Finish(std::move(node), begin);
}

/// INTERVAL '5 MINUTE', as in other dialects.
void Grammar::ReportUnitInText(const StringLiteral& text) {
  const size_t space = text.value.find(' ');
  const std::string unit = space == std::string::npos ? "" : text.value.substr(space + 1);
  const bool word = !unit.empty() && unit.find_first_not_of(
                                         "abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
  if (!word || failed()) return;
  FailWith("MR0112", "found the unit inside the text, expected it behind: INTERVAL '5' MINUTE",
           text.span);
  last().try_text = "'" + text.value.substr(0, space) + "' " + unit;
}

ExprPtr Grammar::ParseInterval() {
  auto node = std::make_shared<IntervalLiteral>();
  uint32_t begin = Begin();
  Take();
  bool sign = (AtSymbol("-") || AtSymbol("+")) && Peek(1).kind == TokenKind::kString;
  if (sign) node->negative = Take().value == "-";
  if (Peek().kind == TokenKind::kString || Peek().kind == TokenKind::kDoubleQuoted) {
    StringLiteral text = ExpectString("the length of the interval");
    node->text = text.value;
    node->text_span = text.span;
    if (!AtTimeUnit()) ReportUnitInText(text);
  } else {
    Nest nest(this);
    uint32_t value_begin = Begin();
    node->value = ParsePostfix(ParsePrimary(), value_begin);  // signs need parentheses
    Adopt(node.get(), node->value);
  }
  node->qualifier = ParseIntervalQualifier();
  if (failed() || node->value != nullptr) return Finish(std::move(node), begin);
  size_t first = node->text.find_first_of("0123456789");
  size_t digits = 0;
  while (first != std::string::npos && first + digits < node->text.size() &&
         node->text[first + digits] >= '0' && node->text[first + digits] <= '9') {
    ++digits;
  }
  const IntervalQualifier& qualifier = node->qualifier;
  if (static_cast<int64_t>(digits) > qualifier.leading_precision.value_or(2)) {
    std::string unit(TimeUnitName(qualifier.start));
    Diagnostic& diagnostic = Report("MR0112",
                                    "the leading number of this interval has " +
                                        std::to_string(digits) + " digits, expected at most " +
                                        std::to_string(qualifier.leading_precision.value_or(2)),
                                    From(begin));
    std::string text = "INTERVAL " + std::string(node->negative ? "-" : "") +
                       TextOf(node->text_span) + " " + unit + "(" + std::to_string(digits);
    if (!qualifier.end && qualifier.fraction_precision) {
      text += ", " + std::to_string(*qualifier.fraction_precision);
    }
    text += ")";
    if (qualifier.end) {
      text += " TO " + std::string(TimeUnitName(*qualifier.end));
      if (qualifier.fraction_precision) {
        text += "(" + std::to_string(*qualifier.fraction_precision) + ")";
      }
    }
    if (digits <= 10) diagnostic.try_text = text;
    diagnostic.next_step = "Give the number of digits after the unit, or use a larger unit.";
  }
  return Finish(std::move(node), begin);
}

/// "x" after a comparison was meant as text, elsewhere as a name.
ExprPtr Grammar::ParseDoubleQuoted() {
  uint32_t begin = Begin();
  const Token& token = Peek();
  bool text = AfterComparison() && !SymbolAt(1, ".") && !SymbolAt(1, "(");
  if (!text) return ParseNameOrCall();
  Diagnostic& diagnostic =
      Report("MR0106", "found text in double quotes, expected single quotes", token.span);
  diagnostic.try_text = "'" + token.value + "'";
  diagnostic.next_step = "Quote text with single quotes and names with backticks.";
  auto node = std::make_shared<Literal>();
  node->literal = LiteralKind::kString;
  node->text = Take().value;
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseNameOrCall() {
  uint32_t begin = Begin();
  const Token& first = Peek();
  bool word = first.kind == TokenKind::kWord;
  if (word && first.value == "DESCRIPTOR" && SymbolAt(1, "(")) return ParseDescriptor();
  if (word && first.value == "MODEL" &&
      (Peek(1).kind == TokenKind::kQuotedIdentifier ||
       (Peek(1).kind == TokenKind::kWord && !IsReservedWord(Peek(1).value)))) {
    Take();
    auto node = std::make_shared<ModelArgument>();
    node->model = ParseName("the name of a model");
    return Finish(std::move(node), begin);
  }
  QualifiedName name;
  if (word && IsReservedWord(first.value)) {  // a function or niladic function
    Take();
    name.parts.push_back({TextOf(first.span), false, first.span});
    name.span = first.span;
  } else {
    name = ParseName("an expression");
  }
  if (AtSymbol("(")) return ParseCall(std::move(name), begin);
  if (word && name.parts.size() == 1 && IsNiladicFunction(first.value)) {
    auto node = std::make_shared<FunctionCall>();
    node->name = std::move(name);
    node->upper_name = first.value;
    node->niladic = true;
    return Finish(std::move(node), begin);
  }
  if (AtSymbol(".") && SymbolAt(1, "*")) {
    Take();
    Take();
    auto node = std::make_shared<Star>();
    node->qualifier = std::move(name);
    return Finish(std::move(node), begin);
  }
  auto node = std::make_shared<ColumnRef>();
  node->name = std::move(name);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParsePostfix(ExprPtr value, uint32_t begin) {
  while (!failed() && value != nullptr) {
    if (AtSymbol("[")) {
      auto node = std::make_shared<Index>();
      Open("[");
      node->value = std::move(value);
      node->index = ParseExpr();
      Close("]");
      Adopt(node.get(), node->value);
      Adopt(node.get(), node->index);
      value = Finish(std::move(node), begin);
    } else if (AtSymbol(".") && value->kind != ExprKind::kLiteral) {
      Take();
      auto node = std::make_shared<FieldAccess>();
      node->value = std::move(value);
      if (AtSymbol("*")) {
        FailWith("MR0101", "found `*`, expected a field name: only tables and columns have `.*`",
                 Peek().span);
      }
      node->field = ParseNewName("a field name after `.`");
      Adopt(node.get(), node->value);
      value = Finish(std::move(node), begin);
    } else {
      break;
    }
  }
  return value;
}

/// (x), (a, b), ROW(a, b), (SELECT ..), and ((SELECT ..) UNION (SELECT ..)).
ExprPtr Grammar::ParseParenthesised() {
  uint32_t begin = Begin();
  bool explicit_row = Accept("ROW");
  Open("(");
  if (!explicit_row && AtQueryStart()) {
    auto node = std::make_shared<Subquery>();
    node->query = ParseQueryTree();
    Close();
    Adopt(node.get(), node->query);
    return Finish(std::move(node), begin);
  }
  uint32_t inner_begin = Begin();
  std::vector<ExprPtr> values;
  if (!(explicit_row && AtSymbol(")"))) values = ParseExprList(")");
  const auto* first = values.size() == 1 ? As<Subquery>(values[0]) : nullptr;
  if (!explicit_row && first != nullptr &&
      AtAny({"UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT", "OFFSET", "FETCH"})) {
    auto node = std::make_shared<Subquery>();
    node->query = ParseQueryAfter(first->query, inner_begin);
    Close();
    Adopt(node.get(), node->query);
    return Finish(std::move(node), begin);
  }
  Close();
  if (!explicit_row && values.size() == 1) {
    const auto* minus = As<Binary>(values[0]);
    bool difference = minus != nullptr && minus->op == BinaryOp::kSubtract &&
                      AtAny({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"});
    return difference ? ParseDatetimeDifference(*minus, begin) : values[0];
  }
  auto node = std::make_shared<Row>();
  node->explicit_row = explicit_row;
  node->values = std::move(values);
  AdoptAll(node.get(), node->values);
  return Finish(std::move(node), begin);
}

/// (a - b) DAY
ExprPtr Grammar::ParseDatetimeDifference(const Binary& minus, uint32_t begin) {
  auto node = std::make_shared<DatetimeDifference>();
  node->left = minus.left;
  node->right = minus.right;
  node->qualifier = ParseIntervalQualifier();
  Adopt(node.get(), node->left);
  Adopt(node.get(), node->right);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseCase() {
  auto node = std::make_shared<Case>();
  uint32_t begin = Begin();
  Span start = Take().span;
  if (!At("WHEN")) node->operand = ParseExpr();
  Adopt(node.get(), node->operand);
  if (!At("WHEN")) Repair({"WHEN"});
  if (!At("WHEN")) Fail("`WHEN` in CASE");
  while (Accept("WHEN")) {
    Case::When when;
    do {
      when.conditions.push_back(ParseExpr());
    } while (node->operand != nullptr && !failed() && AcceptSymbol(","));
    Expect("THEN");
    when.result = ParseExpr();
    AdoptAll(node.get(), when.conditions);
    Adopt(node.get(), when.result);
    node->whens.push_back(std::move(when));
  }
  if (Accept("ELSE")) node->otherwise = ParseExpr();
  Adopt(node.get(), node->otherwise);
  if (!Accept("END") && !failed()) {
    Fail("`END` to close CASE");
    last().labels.push_back({start, "CASE starts here"});
  }
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseCast(bool is_try) {
  auto node = std::make_shared<Cast>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  node->is_try = is_try;
  node->value = ParseExpr();
  if (AtSymbol(",")) {
    Report("MR0105", "found `,`, expected `AS` and a type", Peek().span).try_text = " AS";
    Take();
  } else {
    Expect("AS");
  }
  node->type = ParseType(false);
  Close();
  Adopt(node.get(), node->value);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseExists(bool unique) {
  auto node = std::make_shared<Exists>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  node->unique = unique;
  if (AtQueryStart() || AtSymbol("(")) {
    node->query = ParseQueryTree();
  } else {
    Fail("a query after EXISTS");
  }
  Close();
  Adopt(node.get(), node->query);
  return Finish(std::move(node), begin);
}

template <typename Node>
ExprPtr Grammar::ParseCollection(Subquery::Form form) {
  uint32_t begin = Begin();
  Take();
  if (Open("(")) {
    if (AtQueryStart()) {
      auto node = std::make_shared<Subquery>();
      node->form = form;
      node->query = ParseQueryTree();
      Close();
      Adopt(node.get(), node->query);
      return Finish(std::move(node), begin);
    }
    auto node = std::make_shared<FunctionCall>();  // ARRAY(1, 2): the function form
    node->upper_name = form == Subquery::Form::kArray ? "ARRAY"
                       : form == Subquery::Form::kMap ? "MAP"
                                                      : "MULTISET";
    Span span{begin, begin + static_cast<uint32_t>(node->upper_name.size())};
    node->name = {{{TextOf(span), false, span}}, span};
    if (!AtSymbol(")")) {
      for (ExprPtr& value : ParseExprList(")")) node->arguments.push_back({{}, std::move(value)});
    }
    Close();
    for (const Argument& argument : node->arguments) Adopt(node.get(), argument.value);
    return Finish(std::move(node), begin);
  }
  Open("[");
  auto node = std::make_shared<Node>();
  if (!AtSymbol("]")) node->values = ParseExprList("]");
  Close("]");
  AdoptAll(node.get(), node->values);
  return Finish(std::move(node), begin);
}

}  // namespace millrace::sql
