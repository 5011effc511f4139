// SPDX-License-Identifier: Apache-2.0
// Structural equality of syntax trees: places, spelling of synonyms and superfluous quoting of
// identifiers do not count.
#pragma once

#include "sql/ast/statement.h"

namespace millrace::sql {

bool Equal(const Expr& a, const Expr& b);
bool Equal(const TypeName& a, const TypeName& b);
bool Equal(const TableRef& a, const TableRef& b);
bool Equal(const QueryBody& a, const QueryBody& b);
bool Equal(const Statement& a, const Statement& b);

}  // namespace millrace::sql
