// SPDX-License-Identifier: Apache-2.0
#include "sql/format/format.h"

#include <algorithm>
#include <optional>

#include "sql/format/layout.h"

namespace millrace::sql {
namespace {

constexpr int kWidth = 100;

/// Characters of UTF-8 text, which is what a column is.
int WidthOf(std::string_view text) {
  return static_cast<int>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

class Formatter {
 public:
  explicit Formatter(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

  std::string Run() {
    for (size_t begin = 0; begin < pieces_.size();) {
      const size_t end = LineEnd(begin);
      const Layout at_start = layout_;
      Line line = Write(begin, end);
      if (line.width > kWidth && !line.has_long_piece && BreakLine(line, begin)) {
        layout_ = at_start;
        continue;
      }
      if (begin > 0 && pieces_[begin].breaks > 1) out_ += '\n';
      out_ += line.text + '\n';
      begin = end;
    }
    return std::move(out_);
  }

 private:
  struct Place {
    size_t depth = 0;
    int column = 0;  // where the piece ends
    bool clause = false;
    bool soft = false;
    bool elements = false;
  };
  struct Line {
    std::string text;
    int width = 0;
    bool has_long_piece = false;  // a text or comment of several lines
    std::vector<Place> places;    // by piece of the line
  };

  const Piece* Next(size_t i) const { return i + 1 < pieces_.size() ? &pieces_[i + 1] : nullptr; }

  /// The piece that starts the line behind the one that starts here.
  size_t LineEnd(size_t begin) const {
    size_t end = begin + 1;
    while (end < pieces_.size() && pieces_[end].breaks == 0 &&
           pieces_[end - 1].kind != Piece::Kind::kLineComment) {
      const bool behind_statement = pieces_[end - 1].Is(";") && !pieces_[end].comment();
      if (behind_statement) break;
      ++end;
    }
    return end;
  }

  int IndentOf(size_t begin) const {
    size_t first = begin;  // a comment stands where the code behind it does
    while (first + 1 < pieces_.size() && pieces_[first].comment()) ++first;
    const Piece& piece = pieces_[first];
    if (piece.comment()) return 0;
    const bool closing = piece.Is(")") || piece.Is("]") || piece.Is("END");
    if (pieces_[begin].comment() && closing) return layout_.Indent(Piece(), nullptr);
    return layout_.Indent(piece, Next(first));
  }

  Line Write(size_t begin, size_t end) {
    Line line;
    const int indent = IndentOf(begin);
    line.text.assign(static_cast<size_t>(indent), ' ');
    int column = indent;
    static const Piece kNone;
    for (size_t i = begin; i < end; ++i) {
      const Piece& piece = pieces_[i];
      const Piece& left = i > 0 ? pieces_[i - 1] : kNone;
      const Piece& before = i > 1 ? pieces_[i - 2] : kNone;
      Place place;
      place.depth = layout_.depth();
      place.clause = layout_.StartsClause(piece, Next(i));
      place.soft = layout_.MayBreakBefore(left, piece);
      place.elements = layout_.in_elements();
      const bool opens = piece.Is("(") && layout_.opens_elements();
      if (i > begin && (opens || SpaceBetween(before, left, piece, layout_.in_pattern()))) {
        const int spaces = piece.kind == Piece::Kind::kLineComment ? std::max(1, piece.spaces) : 1;
        line.text.append(static_cast<size_t>(spaces), ' ');
        column += spaces;
      }
      line.text += piece.text;
      column += WidthOf(piece.text);
      line.has_long_piece |= piece.text.find('\n') != std::string::npos;
      place.column = column;
      line.places.push_back(place);
      layout_.Take(piece, Next(i), indent, column);
    }
    line.width = column;
    return line;
  }

  void BreakAt(size_t piece) { pieces_[piece].breaks = 1; }

  /// Adds breaks to a line that is too long; false if there is no place for one.
  bool BreakLine(const Line& line, size_t begin) {
    size_t deepest = 0;
    for (const Place& place : line.places) deepest = std::max(deepest, place.depth);
    if (BreakElements(line, begin)) return true;
    for (size_t depth = 1; depth <= deepest; ++depth) {
      if (BreakClauses(line, begin, depth) || BreakList(line, begin, depth)) return true;
    }
    return false;
  }

  bool BreakClauses(const Line& line, size_t begin, size_t depth) {
    bool broken = false;
    for (size_t i = 1; i < line.places.size(); ++i) {
      const Place& place = line.places[i];
      if (place.depth != depth || !place.clause || pieces_[begin + i - 1].Is("(")) continue;
      BreakAt(begin + i);
      broken = true;
    }
    return broken;
  }

  /// The first list of columns or options of the line, one to a line.
  bool BreakElements(const Line& line, size_t begin) {
    size_t depth = 0;
    for (size_t i = 1; i < line.places.size(); ++i) {
      const Place& place = line.places[i];
      if (!place.elements || (depth > 0 && place.depth != depth)) continue;
      const Piece& left = pieces_[begin + i - 1];
      const bool closing = pieces_[begin + i].Is(")");
      if (!left.Is("(") && !left.Is(",") && !closing) continue;
      depth = place.depth;
      BreakAt(begin + i);
      if (closing) break;
    }
    return depth > 0;
  }

  /// The last place that leaves a line short enough, else the first one.
  bool BreakList(const Line& line, size_t begin, size_t depth) {
    std::optional<size_t> best;
    for (size_t i = 1; i < line.places.size(); ++i) {
      const Place& place = line.places[i];
      if (place.depth != depth || !place.soft) continue;
      if (best && line.places[i - 1].column > kWidth) break;
      best = i;
    }
    if (!best) return false;
    BreakAt(begin + *best);
    return true;
  }

  std::vector<Piece> pieces_;
  Layout layout_;
  std::string out_;
};

}  // namespace

std::string FormatScript(std::string_view text) { return Formatter(ReadPieces(text)).Run(); }

}  // namespace millrace::sql
