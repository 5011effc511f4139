// SPDX-License-Identifier: Apache-2.0
#include "plan/identity/change_place.h"

#include <algorithm>
#include <cctype>

#include "sql/ast/children.h"
#include "sql/ast/definition.h"
#include "sql/parser.h"

namespace millrace {
namespace {

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Whether the word stands alone somewhere in the text.
bool HasWord(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !IsWordCharacter(text[at - 1]);
    const size_t end = at + word.size();
    if (begins && (end == text.size() || !IsWordCharacter(text[end]))) return true;
  }
  return false;
}

/// `payments.card` -> `card`, `UPPER(payments.card)` -> `card`.
std::string LastName(const std::string& origin) {
  size_t end = origin.size();
  while (end > 0 && !IsWordCharacter(origin[end - 1])) --end;
  size_t begin = end;
  while (begin > 0 && IsWordCharacter(origin[begin - 1])) --begin;
  return origin.substr(begin, end - begin);
}

}  // namespace

/// Walks over the statements of a text and notes their clauses.
class ClauseCollector {
 public:
  ClauseCollector(ClausePlaces* places, std::string_view text) : places_(places) {
    DiagnosticList ignored;
    const sql::ParsedScript script = sql::ParseScript(text, &ignored);
    for (const sql::StatementPtr& statement : script.statements) Add(*statement);
  }

 private:
  using OperatorClause = ClausePlaces::OperatorClause;

  void Add(const sql::Statement& statement) {
    feeds_.clear();
    if (const auto* create = sql::As<sql::CreateTable>(statement)) {
      places_->created_.push_back(
          {create->name.parts.back().text, create->name.span, create->options});
    } else if (const auto* view = sql::As<sql::CreateView>(statement)) {
      AddQuery(*view->query);
    } else if (const auto* insert = sql::As<sql::Insert>(statement)) {
      AddInsert(*insert);
    } else if (const auto* set = sql::As<sql::StatementSet>(statement)) {
      for (const sql::InsertPtr& one : set->inserts) AddInsert(*one);
    } else if (const auto* query = sql::As<sql::QueryStatement>(statement)) {
      AddQuery(*query->query);
    }
  }

  void AddInsert(const sql::Insert& insert) {
    feeds_ = insert.table.parts.back().text;
    places_->written_.push_back({feeds_, insert.table.span, {}});
    AddQuery(*insert.query);
  }

  void AddQuery(const sql::Query& query) {
    for (const sql::CommonTable& table : query.with) AddQuery(*table.query);
    AddBody(query.body);
  }

  void AddBody(const sql::QueryBodyPtr& body) {
    if (const auto* query = sql::As<sql::Query>(body)) AddQuery(*query);
    if (const auto* select = sql::As<sql::Select>(body)) AddSelect(*select);
    if (const auto* operation = sql::As<sql::SetOperation>(body)) {
      AddBody(operation->left);
      AddBody(operation->right);
    }
  }

  void AddSelect(const sql::Select& select) {
    Span items = select.items.empty() ? select.span : select.items[0].span;
    for (const sql::SelectItem& item : select.items) items = items.Cover(item.span);
    const Span from = select.from ? select.from->span : items;
    if (!select.group_by.empty() || select.quantifier == sql::SetQuantifier::kDistinct) {
      Span key = items;
      for (size_t i = 0; i < select.group_by.size(); ++i) {
        key = i == 0 ? select.group_by[0].span : key.Cover(select.group_by[i].span);
      }
      places_->operators_.push_back({.kind = OperatorClause::Kind::kGroup,
                                     .feeds = feeds_,
                                     .whole = select.span,
                                     .key = key,
                                     .window = WindowIn(select.from),
                                     .rows = from,
                                     .calls = items});
    }
    for (const sql::NamedWindow& window : select.windows) AddOver(window.spec, select, items);
    for (const sql::SelectItem& item : select.items) AddExpression(*item.value, select, items);
    if (select.from) AddTables(select.from);
  }

  static std::optional<Span> WindowIn(const sql::TableRefPtr& from) {
    if (const auto* function = sql::As<sql::FunctionTable>(from)) return function->span;
    const auto* derived = sql::As<sql::DerivedTable>(from);
    if (derived == nullptr) return std::nullopt;
    const auto* select = sql::As<sql::Select>(derived->query->body);
    return select == nullptr || select->has_group_by ? std::nullopt : WindowIn(select->from);
  }

  void AddExpression(const sql::Expr& expression, const sql::Select& select, Span items) {
    const auto* call = sql::As<sql::FunctionCall>(expression);
    if (call != nullptr && call->over && call->over->spec) {
      AddOver(*call->over->spec, select, items);
    }
    sql::ForEachChild(expression,
                      [&](const sql::Expr& child) { AddExpression(child, select, items); });
  }

  void AddOver(const sql::WindowSpec& spec, const sql::Select& select, Span items) {
    const bool known = std::ranges::any_of(places_->operators_, [&](const OperatorClause& clause) {
      return clause.kind == OperatorClause::Kind::kOver && clause.whole == select.span;
    });
    if (known) return;  // windows of one SELECT make one operator
    places_->operators_.push_back({.kind = OperatorClause::Kind::kOver,
                                   .feeds = feeds_,
                                   .whole = select.span,
                                   .key = spec.span,
                                   .window = spec.span,
                                   .rows = select.from ? select.from->span : items,
                                   .calls = items});
  }

  void AddTables(const sql::TableRefPtr& from) {
    if (const auto* derived = sql::As<sql::DerivedTable>(from)) AddQuery(*derived->query);
    const auto* join = sql::As<sql::Join>(from);
    if (join == nullptr) return;
    const Span condition = join->condition ? join->condition->span : join->operator_span;
    places_->operators_.push_back({.kind = OperatorClause::Kind::kJoin,
                                   .feeds = feeds_,
                                   .whole = join->span,
                                   .key = condition,
                                   .window = condition,
                                   .rows = join->span,
                                   .calls = join->operator_span});
    AddTables(join->left);
    AddTables(join->right);
  }

  ClausePlaces* places_;
  std::string feeds_;
};

ClausePlaces::ClausePlaces(std::string_view text) : text_(text) { ClauseCollector(this, text); }

std::optional<Span> ClausePlaces::FindTable(const OperatorIdentity& identity,
                                            std::string_view aspect) const {
  const std::string name = LastName(identity.aspect("table"));
  if (identity.role == OperatorIdentity::Role::kSink && aspect.empty()) {
    const auto found = std::ranges::find(written_, name, &TableClause::name);
    if (found != written_.end()) return found->span;
  }
  const auto found = std::ranges::find(created_, name, &TableClause::name);
  if (found == created_.end()) return std::nullopt;
  for (const sql::Option& option : found->options) {
    if (option.key.value == aspect) return option.key.span.Cover(option.value.span);
  }
  return found->span;
}

int ClausePlaces::Score(const OperatorClause& clause, const OperatorIdentity& identity) const {
  const bool groups = identity.kind == "GroupAggregate" || identity.kind == "WindowAggregate";
  const bool joins = identity.kind.ends_with("Join");
  const OperatorClause::Kind kind = groups  ? OperatorClause::Kind::kGroup
                                    : joins ? OperatorClause::Kind::kJoin
                                            : OperatorClause::Kind::kOver;
  if (clause.kind != kind || (kind == OperatorClause::Kind::kOver && identity.kind != "Over")) {
    return 0;
  }
  const std::string_view whole(text_);
  const auto text_of = [&whole](Span span) {
    return whole.substr(span.begin, span.end - span.begin);
  };
  int score = 1;
  score += 3 * (std::ranges::find(identity.feeds, clause.feeds) != identity.feeds.end());
  for (const StoredColumn& column : identity.keys) {
    score += 2 * HasWord(text_of(clause.key), LastName(column.origin));
  }
  for (const StatePart& part : identity.parts) {
    score += HasWord(text_of(clause.calls), part.call.substr(0, part.call.find('(')));
  }
  return score;
}

std::optional<Span> ClausePlaces::Find(const OperatorIdentity& identity,
                                       std::string_view aspect) const {
  if (identity.role == OperatorIdentity::Role::kSource ||
      identity.role == OperatorIdentity::Role::kSink) {
    return FindTable(identity, aspect);
  }
  const OperatorClause* best = nullptr;
  int best_score = 0;
  bool tie = false;
  for (const OperatorClause& clause : operators_) {
    const int score = Score(clause, identity);
    if (score == 0 || score < best_score) continue;
    tie = score == best_score;
    best_score = score;
    best = &clause;
  }
  if (best == nullptr || tie) return std::nullopt;
  if (aspect == "aggregates") return best->calls;
  if (aspect == "rows") return best->rows;
  const bool of_window =
      aspect == "window" || aspect == "frame" || aspect == "windows" || aspect == "time bounds";
  return of_window && best->window ? *best->window : best->key;
}

}  // namespace millrace
