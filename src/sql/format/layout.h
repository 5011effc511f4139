// SPDX-License-Identifier: Apache-2.0
// Layout: where a piece stands, seen from the brackets, CASEs and blocks around it. Fed piece by
// piece; copied at the start of a line, so that a line can be laid out again with more breaks.
#pragma once

#include <vector>

#include "sql/format/pieces.h"

namespace millrace::sql {

class Layout {
 public:
  Layout() { levels_.push_back({.kind = Level::Kind::kFile}); }

  size_t depth() const { return levels_.size(); }
  bool in_pattern() const { return levels_.back().pattern; }
  /// In the list of columns or options of a CREATE: broken as a whole or not at all.
  bool in_elements() const { return levels_.back().elements; }
  bool between_statements() const;
  /// Whether a bracket here opens such a list.
  bool opens_elements() const {
    return levels_.back().kind == Level::Kind::kStatement && levels_.back().of_columns;
  }
  /// The column of a line that starts with this piece.
  int Indent(const Piece& piece, const Piece* next) const;
  /// Whether the piece starts a clause of the query or statement that it stands in.
  bool StartsClause(const Piece& piece, const Piece* next) const;
  /// Whether a long line may be broken before this piece.
  bool MayBreakBefore(const Piece& last, const Piece& piece) const;

  /// `indent` of its line, `column` behind it, what comes next.
  void Take(const Piece& piece, const Piece* next, int indent, int column);

 private:
  struct Level {
    enum class Kind { kFile, kStatement, kBracket, kCase, kBlock } kind = Kind::kFile;
    int indent = 0;           // of the line it starts on
    int column = -1;          // of brackets: where their content goes on; -1: on the next line
    bool query = false;       // clauses at its own column, other lines further in
    bool match = false;       // MATCH_RECOGNIZE
    bool pattern = false;     // its PATTERN
    bool create = false;      // a statement CREATE ..
    bool of_columns = false;  // CREATE TABLE or MODEL
    bool elements = false;    // its columns and options
    bool between = false;     // BETWEEN without its AND
    bool fresh = true;        // nothing taken yet
  };
  int Base(const Level& level) const;
  void Open(const Piece& piece, const Piece* next, int indent, int column);

  std::vector<Level> levels_;
  Piece last_;
};

}  // namespace millrace::sql
