// SPDX-License-Identifier: Apache-2.0
// Prints syntax trees as SQL that parses to the same tree (Equal). Identifiers are quoted where
// they must be. Statements and queries are laid out over several lines, expressions on one.
#pragma once

#include <string>
#include <string_view>

#include "sql/ast/statement.h"

namespace millrace::sql {

std::string Print(const Statement& statement);  // without the `;`
std::string Print(const Expr& expr);
std::string Print(const Query& query);
std::string Print(const TypeName& type);
std::string Print(const QualifiedName& name);
std::string Print(const TableRef& ref);

/// Backticks if the text is no plain identifier or is a reserved word.
std::string QuoteIdentifier(std::string_view text);
/// 'it''s'
std::string QuoteString(std::string_view text);

}  // namespace millrace::sql
