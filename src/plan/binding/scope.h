// SPDX-License-Identifier: Apache-2.0
// Scope: the columns that names in one SELECT may refer to.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/schema.h"
#include "expr/expression.h"
#include "plan/binding/bind_context.h"
#include "sql/ast/expression.h"

namespace millrace {

/// One visible column. `index` is its place in the input row.
struct ScopeColumn {
  std::string qualifier;  // alias or table name; empty for computed relations
  std::string name;
  DataType type;
  int index = 0;
  bool qualified_only =
      false;  // not seen by its bare name and by *: a column of USING stands for it
};

/// Expressions that a column of the relation stands for, such as aggregates below: nullopt for
/// others, null after a diagnostic.
using ComputedColumns = std::function<std::optional<ExpressionPtr>(const sql::Expr& expr)>;

class Scope {
 public:
  void Add(ScopeColumn column) { columns_.push_back(std::move(column)); }
  /// Appends all columns of a relation under one qualifier, from `first_index` on.
  void AddRelation(const std::string& qualifier, const Schema& schema, int first_index);
  const std::vector<ScopeColumn>& columns() const { return columns_; }
  bool HasQualifier(const std::string& qualifier) const;

  void set_computed(ComputedColumns computed) { computed_ = std::move(computed); }
  const ComputedColumns& computed() const { return computed_; }

  /// Binds `a`, `t.a`, `a.field`, `t.a.field`; reports MR0201 (unknown), MR0203 (ambiguous).
  ExpressionPtr BindName(BindContext* context, const sql::QualifiedName& name) const;
  /// Columns of `*` or `t.*`; reports an unknown qualifier.
  std::optional<std::vector<ScopeColumn>> ExpandStar(BindContext* context,
                                                     const sql::Star& star) const;

 private:
  std::vector<const ScopeColumn*> Matches(const std::string* qualifier,
                                          const std::string& name) const;
  ExpressionPtr BindFields(BindContext* context, const ScopeColumn& column,
                           const sql::QualifiedName& name, size_t first_field) const;
  void ReportUnknown(BindContext* context, const sql::QualifiedName& name) const;

  std::vector<ScopeColumn> columns_;
  ComputedColumns computed_;  // may be empty
};

}  // namespace millrace
