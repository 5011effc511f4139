// SPDX-License-Identifier: Apache-2.0
// Printing of queries and FROM: one clause per line.
#include "sql/print/writer.h"
#include "sql/printer.h"

namespace millrace::sql {
namespace {

bool IsPlainQuery(const QueryBody& body) { return body.kind != QueryBodyKind::kQuery; }

}  // namespace

void Writer::Write(const Query& query) {
  if (!query.with.empty()) {
    *this << (query.recursive ? "WITH RECURSIVE " : "WITH ");
    bool first = true;
    for (const CommonTable& table : query.with) {
      if (!first) {
        *this << ",";
        NewLine();
      }
      first = false;
      Write(table.name);
      if (!table.columns.empty()) {
        *this << " ";
        WriteNames(table.columns);
      }
      *this << " AS ";
      WriteNested(table.query);
    }
    NewLine();
  }
  WriteOperand(query.body, !IsPlainQuery(*query.body));
  if (!query.order_by.empty()) {
    NewLine();
    *this << "ORDER BY ";
    WriteSort(query.order_by);
  }
  if (query.limit != nullptr) {
    NewLine();
    *this << "LIMIT ";
    WriteExpr(query.limit, 0);
  }
  if (query.offset != nullptr) {
    NewLine();
    *this << "OFFSET ";
    WriteExpr(query.offset, 0);
  }
}

void Writer::Write(const QueryBody& body) {
  if (const auto* node = As<Query>(body)) return Write(*node);
  if (const auto* node = As<Select>(body)) return WriteSelect(*node);
  if (const auto* node = As<SetOperation>(body)) return WriteSetOperation(*node);
  if (const auto* node = As<Values>(body)) return WriteValues(*node);
  *this << "TABLE ";
  Write(static_cast<const TableQuery&>(body).name);
}

void Writer::WriteOperand(const QueryBodyPtr& body, bool parentheses) {
  if (body == nullptr) return;
  if (!parentheses) return Write(*body);
  *this << "(";
  {
    Indent indent(this);
    NewLine();
    Write(*body);
  }
  NewLine();
  *this << ")";
}

void Writer::WriteSetOperation(const SetOperation& node) {
  auto precedence = [](const QueryBody& body) {
    const auto* operation = As<SetOperation>(body);
    if (operation == nullptr) return body.kind == QueryBodyKind::kQuery ? 0 : 3;
    return operation->op == SetOperator::kIntersect ? 2 : 1;
  };
  int own = precedence(node);
  // The left spine of a long UNION is printed without recursion.
  std::vector<const SetOperation*> spine{&node};
  while (const auto* left = As<SetOperation>(spine.back()->left)) {
    if (precedence(*left) < precedence(*spine.back())) break;
    spine.push_back(left);
  }
  WriteOperand(spine.back()->left, precedence(*spine.back()->left) < precedence(*spine.back()));
  for (auto it = spine.rbegin(); it != spine.rend(); ++it) {
    static constexpr std::string_view kNames[] = {"UNION", "INTERSECT", "EXCEPT"};
    static constexpr std::string_view kQuantifiers[] = {"", " DISTINCT", " ALL"};
    NewLine();
    *this << kNames[static_cast<size_t>((*it)->op)]
          << kQuantifiers[static_cast<size_t>((*it)->quantifier)];
    NewLine();
    own = precedence(**it);
    WriteOperand((*it)->right, precedence(*(*it)->right) <= own);
  }
}

void Writer::WriteValues(const Values& values) {
  *this << "VALUES ";
  bool first = true;
  for (const ExprPtr& row : values.rows) {
    if (!first) *this << ", ";
    first = false;
    const auto* node = As<Row>(row);
    if (node == nullptr) {
      WriteExpr(row, 0);
      continue;
    }
    *this << (node->explicit_row ? "ROW(" : "(");
    WriteList(node->values);
    *this << ")";
  }
}

void Writer::WriteSelect(const Select& select) {
  *this << "SELECT";
  WriteHints(select.hints);
  if (select.quantifier == SetQuantifier::kDistinct) *this << " DISTINCT";
  if (select.quantifier == SetQuantifier::kAll) *this << " ALL";
  bool first = true;
  for (const SelectItem& item : select.items) {
    *this << (first ? " " : ", ");
    first = false;
    WriteExpr(item.value, 0);
    if (item.alias) {
      *this << " AS ";
      Write(*item.alias);
    }
  }
  auto clause = [this](std::string_view word, const ExprPtr& expr) {
    if (expr == nullptr) return;
    NewLine();
    *this << word;
    WriteExpr(expr, 0);
  };
  if (select.from != nullptr) {
    NewLine();
    *this << "FROM ";
    Write(*select.from);
  }
  clause("WHERE ", select.where);
  WriteGroupBy(select);
  clause("HAVING ", select.having);
  first = true;
  for (const NamedWindow& window : select.windows) {
    if (first) {
      NewLine();
      *this << "WINDOW ";
    } else {
      *this << ", ";
    }
    first = false;
    Write(window.name);
    *this << " AS ";
    WriteWindow(window.spec);
  }
  clause("QUALIFY ", select.qualify);
}

void Writer::WriteGroupBy(const Select& select) {
  if (!select.has_group_by) return;
  NewLine();
  *this << "GROUP BY ";
  if (select.group_quantifier == SetQuantifier::kDistinct) *this << "DISTINCT ";
  if (select.group_quantifier == SetQuantifier::kAll) *this << "ALL ";
  bool first = true;
  for (const GroupingElement& element : select.group_by) {
    if (!first) *this << ", ";
    first = false;
    WriteGrouping(element);
  }
}

void Writer::WriteGrouping(const GroupingElement& element) {
  using Kind = GroupingElement::Kind;
  if (element.kind == Kind::kExpression) return WriteExpr(element.value, 0);
  *this << (element.kind == Kind::kGroupingSets ? "GROUPING SETS ("
            : element.kind == Kind::kCube       ? "CUBE ("
            : element.kind == Kind::kRollup     ? "ROLLUP ("
                                                : "(");
  bool first = true;
  for (const GroupingElement& child : element.elements) {
    if (!first) *this << ", ";
    first = false;
    WriteGrouping(child);
  }
  *this << ")";
}

void Writer::WriteHints(const std::vector<Hint>& hints) {
  if (hints.empty()) return;
  *this << " /*+ ";
  bool first = true;
  for (const Hint& hint : hints) {
    if (!first) *this << ", ";
    first = false;
    Write(Identifier{hint.name, false, {}});
    if (hint.arguments.empty()) continue;
    *this << "(";
    bool first_argument = true;
    for (const HintArgument& argument : hint.arguments) {
      if (!first_argument) *this << ", ";
      first_argument = false;
      if (argument.key) {
        *this << (argument.key_is_string ? QuoteString(argument.key->value)
                                         : QuoteIdentifier(argument.key->value))
              << " = ";
      }
      using ValueKind = HintArgument::ValueKind;
      *this << (argument.value_kind == ValueKind::kString ? QuoteString(argument.value.value)
                : argument.value_kind == ValueKind::kIdentifier
                    ? QuoteIdentifier(argument.value.value)
                    : argument.value.value);
    }
    *this << ")";
  }
  *this << " */";
}

void Writer::WriteAlias(const TableRef& ref) {
  if (!ref.alias) return;
  *this << " AS ";
  Write(ref.alias->name);
  if (ref.alias->columns.empty()) return;
  *this << " ";
  WriteNames(ref.alias->columns);
}

void Writer::Write(const TableRef& ref) {
  auto system_time = [this](const ExprPtr& expr) {
    constexpr int kSum = 40;
    if (expr == nullptr) return;
    *this << " FOR SYSTEM_TIME AS OF ";
    WriteExpr(expr, kSum);
  };
  if (const auto* node = As<Join>(ref)) return WriteJoin(*node);
  if (const auto* node = As<MatchRecognize>(ref)) {
    WriteMatch(*node);
  } else if (const auto* node = As<NamedTable>(ref)) {
    Write(node->name);
    WriteHints(node->hints);
    system_time(node->system_time);
  } else if (const auto* node = As<DerivedTable>(ref)) {
    if (node->lateral) *this << "LATERAL ";
    WriteNested(node->query);
  } else if (const auto* node = As<FunctionTable>(ref)) {
    if (node->lateral) *this << "LATERAL ";
    if (node->table_keyword) *this << "TABLE(";
    WriteExpr(*node->call, 0);
    if (node->table_keyword) *this << ")";
    system_time(node->system_time);
  } else if (const auto* node = As<UnnestTable>(ref)) {
    *this << (node->lateral ? "LATERAL UNNEST(" : "UNNEST(");
    WriteList(node->values);
    *this << (node->with_ordinality ? ") WITH ORDINALITY" : ")");
  }
  WriteAlias(ref);
}

void Writer::WriteJoin(const Join& join) {
  std::vector<const Join*> spine{&join};
  while (const auto* left = As<Join>(spine.back()->left)) {
    // A comma join below a real one needs parentheses.
    if (left->type == JoinType::kComma && spine.back()->type != JoinType::kComma) break;
    spine.push_back(left);
  }
  bool nested = spine.back()->left->kind == TableRefKind::kJoin;
  if (nested) *this << "(";
  Write(*spine.back()->left);
  if (nested) *this << ")";
  for (auto it = spine.rbegin(); it != spine.rend(); ++it) {
    static constexpr std::string_view kNames[] = {", ",         "CROSS JOIN ", "JOIN ",
                                                  "LEFT JOIN ", "RIGHT JOIN ", "FULL JOIN "};
    const Join& node = **it;
    bool comma = node.type == JoinType::kComma;
    if (!comma) NewLine();
    if (node.natural) *this << "NATURAL ";
    *this << kNames[static_cast<size_t>(node.type)];
    const auto* right = As<Join>(node.right);
    bool parentheses = right != nullptr && !(comma && right->type != JoinType::kComma);
    if (parentheses) *this << "(";
    Write(*node.right);
    if (parentheses) *this << ")";
    if (node.condition != nullptr) {
      *this << " ON ";
      WriteExpr(node.condition, 0);
    }
    if (!node.using_columns.empty()) {
      *this << " USING ";
      WriteNames(node.using_columns);
    }
  }
}

}  // namespace millrace::sql
