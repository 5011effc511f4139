// SPDX-License-Identifier: Apache-2.0
// ClausePlaces: where in a text the clause stands that an operator, source or sink comes from, for
// messages. Plans do not know their text, so the clause is found by what it says; where several
// would do, none is given. Any thread; immutable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "plan/identity/operator_identity.h"
#include "sql/ast/identifier.h"

namespace millrace {

class ClausePlaces {
 public:
  explicit ClausePlaces(std::string_view text);

  /// The clause that decides the aspect ("grouping key", "window", .., or an option of a table).
  std::optional<Span> Find(const OperatorIdentity& identity, std::string_view aspect) const;

 private:
  friend class ClauseCollector;

  struct TableClause {
    std::string name;
    Span span;
    std::vector<sql::Option> options;  // of a CREATE TABLE
  };
  /// One SELECT or JOIN that makes an operator, with the clauses that can change it.
  struct OperatorClause {
    enum class Kind { kGroup, kOver, kJoin } kind = Kind::kGroup;
    std::string feeds;  // the table of its INSERT; empty in a view
    Span whole;
    Span key;
    std::optional<Span> window;
    Span rows;   // FROM
    Span calls;  // the SELECT list
  };

  std::optional<Span> FindTable(const OperatorIdentity& identity, std::string_view aspect) const;
  int Score(const OperatorClause& clause, const OperatorIdentity& identity) const;

  std::string text_;
  std::vector<TableClause> created_;
  std::vector<TableClause> written_;
  std::vector<OperatorClause> operators_;
};

}  // namespace millrace
