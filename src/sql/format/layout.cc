// SPDX-License-Identifier: Apache-2.0
#include "sql/format/layout.h"

#include <algorithm>
#include <array>

namespace millrace::sql {
namespace {

constexpr int kStep = 2;

bool IsWordOf(const Piece& piece, std::span<const std::string_view> words) {
  return piece.token == TokenKind::kWord && std::ranges::find(words, piece.value) != words.end();
}

constexpr std::array<std::string_view, 25> kQueryClauses = {
    "SELECT", "FROM",   "WHERE",  "GROUP",          "HAVING", "WINDOW",    "QUALIFY",
    "ORDER",  "LIMIT",  "OFFSET", "FETCH",          "UNION",  "INTERSECT", "EXCEPT",
    "JOIN",   "INNER",  "LEFT",   "RIGHT",          "FULL",   "CROSS",     "NATURAL",
    "ON",     "VALUES", "INSERT", "MATCH_RECOGNIZE"};
constexpr std::array<std::string_view, 11> kCreateClauses = {
    "WITH",   "COMMENT", "PARTITIONED", "DISTRIBUTED", "LIKE", "INPUT",
    "OUTPUT", "RETURNS", "RETURN",      "LANGUAGE",    "USING"};
constexpr std::array<std::string_view, 8> kMatchClauses = {
    "PARTITION", "ORDER", "MEASURES", "ONE", "AFTER", "PATTERN", "WITHIN", "DEFINE"};

bool IsOpening(const Piece& piece) { return piece.Is("(") || piece.Is("["); }
bool IsClosing(const Piece& piece) { return piece.Is(")") || piece.Is("]"); }

}  // namespace

bool Layout::between_statements() const {
  return levels_.back().kind == Level::Kind::kFile || levels_.back().kind == Level::Kind::kBlock;
}

int Layout::Base(const Level& level) const {
  switch (level.kind) {
    case Level::Kind::kFile: return 0;
    case Level::Kind::kStatement: return level.indent;
    case Level::Kind::kBracket: return level.column >= 0 ? level.column : level.indent + kStep;
    case Level::Kind::kCase:
    case Level::Kind::kBlock: return level.indent + kStep;
  }
  return 0;
}

int Layout::Indent(const Piece& piece, const Piece* next) const {
  const Level& level = levels_.back();
  const bool ends =
      (level.kind == Level::Kind::kBracket && IsClosing(piece)) ||
      ((level.kind == Level::Kind::kCase || level.kind == Level::Kind::kBlock) && piece.Is("END"));
  if (ends) return level.indent;
  const bool further = level.kind == Level::Kind::kStatement || level.query;
  return Base(level) + (further && !level.fresh && !StartsClause(piece, next) ? kStep : 0);
}

bool Layout::StartsClause(const Piece& piece, const Piece* next) const {
  const Level& level = levels_.back();
  if (level.kind != Level::Kind::kStatement && !level.query) return false;
  if (level.match) return IsWordOf(piece, kMatchClauses);
  if (level.create && IsWordOf(piece, kCreateClauses)) return true;
  if (!IsWordOf(piece, kQueryClauses)) return false;
  const bool call = next != nullptr && next->Is("(") && (piece.Is("LEFT") || piece.Is("RIGHT"));
  const bool of_aggregate = piece.Is("GROUP") && last_.Is("WITHIN");
  const bool of_test = piece.Is("FROM") && last_.Is("DISTINCT");
  const bool of_join = piece.Is("JOIN") && (IsWordOf(last_, kQueryClauses) || last_.Is("OUTER"));
  return !call && !of_aggregate && !of_test && !of_join;
}

bool Layout::MayBreakBefore(const Piece& last, const Piece& piece) const {
  if (last.Is(",") || IsOpening(last)) return !IsClosing(piece);
  if (piece.Is("AND")) return !levels_.back().between;
  return piece.Is("OR") || piece.Is("||") ||
         (levels_.back().kind == Level::Kind::kCase && (piece.Is("WHEN") || piece.Is("ELSE")));
}

void Layout::Open(const Piece& piece, const Piece* next, int indent, int column) {
  const Level& outer = levels_.back();
  Level level;
  level.indent = indent;
  if (IsOpening(piece)) {
    level.kind = Level::Kind::kBracket;
    const bool hangs = next != nullptr && next->breaks == 0 && !next->comment();
    level.column = hangs ? column : -1;
    level.match = last_.Is("MATCH_RECOGNIZE");
    level.pattern = outer.pattern || (outer.match && last_.Is("PATTERN"));
    level.query = level.match || (next != nullptr &&
                                  (next->Is("SELECT") || next->Is("WITH") || next->Is("VALUES")));
    level.elements = opens_elements() && !level.query;
  } else {
    level.kind = piece.Is("CASE") ? Level::Kind::kCase : Level::Kind::kBlock;
  }
  levels_.push_back(level);
}

void Layout::Take(const Piece& piece, const Piece* next, int indent, int column) {
  if (piece.comment()) return;
  if (between_statements() && !piece.Is("END")) {
    levels_.push_back({.kind = Level::Kind::kStatement, .indent = indent});
    levels_.back().create = piece.Is("CREATE");
  }
  Level& level = levels_.back();
  if (IsOpening(piece) || piece.Is("CASE") || (piece.Is("BEGIN") && last_.Is("SET"))) {
    level.fresh = false;
    Open(piece, next, indent, column);
  } else if ((IsClosing(piece) || piece.Is("END")) && levels_.size() > 1 &&
             level.kind != Level::Kind::kStatement) {
    levels_.pop_back();
  } else if (piece.Is(";")) {
    const bool client_set = levels_.size() == 2 && last_.Is("SET");
    while (levels_.size() > 1 && levels_.back().kind != Level::Kind::kStatement &&
           levels_.back().kind != Level::Kind::kBlock) {
      levels_.pop_back();
    }
    if (levels_.back().kind == Level::Kind::kStatement) levels_.pop_back();
    if (client_set) levels_.push_back({.kind = Level::Kind::kBlock});
  } else {
    if (piece.Is("BETWEEN")) level.between = true;
    if (piece.Is("AND")) level.between = false;
    if (level.create && (piece.Is("TABLE") || piece.Is("MODEL"))) level.of_columns = true;
    if (piece.Is("SELECT")) level.create = level.of_columns = false;  // from here on it is a query
    level.fresh = false;
  }
  last_ = piece;
}

}  // namespace millrace::sql
