// SPDX-License-Identifier: Apache-2.0
#include "diagnostics/snippet.h"

#include <algorithm>
#include <map>

#include "base/utf8.h"

namespace millrace {
namespace {

constexpr uint32_t kTabWidth = 4;
constexpr std::string_view kCut = "...";

// A mark under one line, in display columns counted from 0, end exclusive and never empty.
struct Mark {
  uint32_t begin = 0;
  uint32_t end = 1;
  bool primary = false;
  std::string note;
};

// A source line as it is shown, with the column at which each byte begins.
struct ShownLine {
  std::string text;
  std::vector<uint32_t> columns;  // one per byte of the source line, and one for its end
};

ShownLine Show(std::string_view line) {
  ShownLine shown;
  uint32_t column = 0;
  for (size_t at = 0; at < line.size();) {
    const CodePoint point = DecodeCodePoint(line.substr(at));
    shown.columns.insert(shown.columns.end(), point.bytes, column);
    if (point.value == '\t') {
      const uint32_t spaces = kTabWidth - column % kTabWidth;
      shown.text.append(spaces, ' ');
      column += spaces;
    } else if (point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0)) {
      AppendCodePoint(kReplacementCharacter, &shown.text);
      ++column;
    } else {
      AppendCodePoint(point.value, &shown.text);
      column += DisplayWidth(point.value);
    }
    at += point.bytes;
  }
  shown.columns.push_back(column);
  return shown;
}

// The part of `text` in display columns [begin, end).
std::string Columns(std::string_view text, uint32_t begin, uint32_t end) {
  std::string part;
  uint32_t column = 0;
  while (!text.empty() && column < end) {
    const CodePoint point = DecodeCodePoint(text);
    const uint32_t width = DisplayWidth(point.value);
    if (column >= begin && column + width <= end) part += text.substr(0, point.bytes);
    column += width;
    text.remove_prefix(point.bytes);
  }
  return part;
}

// Cuts a shown line to `width` columns around its marks and moves the marks along.
void CutToWidth(uint32_t width, std::string* text, std::vector<Mark>* marks) {
  const uint32_t full = DisplayWidth(*text);
  if (full <= width) return;
  const Mark* anchor = &marks->front();
  for (const Mark& mark : *marks) {
    if (mark.primary) anchor = &mark;
  }
  const uint32_t dots = static_cast<uint32_t>(kCut.size());
  const uint32_t room = width > 4 * dots ? width - 2 * dots : 2 * dots;
  const uint32_t marked = std::min(anchor->end - anchor->begin, room);
  uint32_t from = anchor->begin > (room - marked) / 2 ? anchor->begin - (room - marked) / 2 : 0;
  if (from + room > full) from = full > room ? full - room : 0;
  if (from <= dots) from = 0;
  const uint32_t until = std::min(full, from + room);
  const uint32_t shift = from == 0 ? 0 : dots;
  std::string cut = Columns(*text, from, until);
  // A wide character on the edge leaves the window narrower than it is: the marks move with it.
  if (shift > 0) cut.insert(0, kCut);
  if (until < full) cut += kCut;
  *text = std::move(cut);
  for (Mark& mark : *marks) {
    const uint32_t begin = std::clamp(mark.begin, from, until);
    const uint32_t end = std::clamp(mark.end, from, until);
    mark.begin = begin - from + shift;
    mark.end = std::max(end - from + shift, mark.begin + 1);
  }
}

std::string Trimmed(std::string text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// Colours a row from its first mark on: as the severity if it has carets, else as the frame.
std::string Coloured(const std::string& row, bool primary, const Palette& palette) {
  const size_t first = std::min(row.find_first_not_of(' '), row.size());
  return row.substr(0, first) + std::string(primary ? palette.severity : palette.frame) +
         row.substr(first) + std::string(palette.reset);
}

// The rows under a line: all marks and the note of the rightmost, then one row per further note.
std::vector<std::string> MarkRows(std::vector<Mark> marks, const Palette& palette) {
  std::ranges::stable_sort(marks, {}, &Mark::begin);
  std::string row;
  bool primary = false;
  for (const bool pass_primary : {false, true}) {  // carets win where both cover a column
    for (const Mark& mark : marks) {
      if (mark.primary != pass_primary) continue;
      primary = primary || mark.primary;
      if (row.size() < mark.end) row.resize(mark.end, ' ');
      std::fill(row.begin() + mark.begin, row.begin() + mark.end, mark.primary ? '^' : '-');
    }
  }
  std::erase_if(marks, [&](const Mark& mark) { return mark.note.empty(); });
  if (!marks.empty() && marks.back().end == row.size()) {
    row += ' ' + marks.back().note;
    marks.pop_back();
  }
  std::vector<std::string> rows{Coloured(Trimmed(row), primary, palette)};
  while (!marks.empty()) {
    std::string further(marks.back().begin, ' ');
    for (const Mark& mark : marks) {
      if (mark.begin < further.size()) further[mark.begin] = '|';
    }
    rows.push_back(Coloured(further + marks.back().note, marks.back().primary, palette));
    marks.pop_back();
  }
  return rows;
}

// What is marked, by line. A place over several lines marks the first and the last of them.
class MarkedLines {
 public:
  explicit MarkedLines(const SourceText& source) : source_(source) {}

  void Add(Span span, bool primary, std::string_view note) {
    const uint32_t first = source_.PositionOf(span.begin).line;
    const uint32_t last_byte = span.end > span.begin ? span.end - 1 : span.begin;
    const uint32_t last = source_.PositionOf(last_byte).line;
    if (first == last) {
      AddOnLine(first, span, primary, note);
      return;
    }
    AddOnLine(first, {span.begin, LineEnd(first)}, primary, "");
    AddOnLine(last, {FirstWord(last), span.end}, primary, note);
  }

  const std::map<uint32_t, std::vector<Mark>>& lines() const { return lines_; }

 private:
  uint32_t LineEnd(uint32_t line) const {
    return source_.LineStart(line) + static_cast<uint32_t>(source_.Line(line).size());
  }
  uint32_t FirstWord(uint32_t line) const {
    const size_t word = source_.Line(line).find_first_not_of(" \t");
    return source_.LineStart(line) + static_cast<uint32_t>(word == std::string::npos ? 0 : word);
  }
  void AddOnLine(uint32_t line, Span span, bool primary, std::string_view note) {
    const ShownLine shown = Show(source_.Line(line));
    const uint32_t start = source_.LineStart(line);
    const auto column = [&](uint32_t byte) {
      const size_t offset = byte > start ? byte - start : 0;
      return shown.columns[std::min(offset, shown.columns.size() - 1)];
    };
    Mark mark{column(span.begin), column(span.end), primary, std::string(note)};
    mark.end = std::max(mark.end, mark.begin + 1);
    lines_[line].push_back(std::move(mark));
  }

  const SourceText& source_;
  std::map<uint32_t, std::vector<Mark>> lines_;
};

MarkedLines MarkAll(const Diagnostic& diagnostic, const SourceText& source, std::string_view note) {
  MarkedLines marked(source);
  marked.Add(VisibleSpan(diagnostic.span, source), true, note);
  for (const Label& label : diagnostic.labels) {
    marked.Add(VisibleSpan(label.span, source), false, label.text);
  }
  return marked;
}

}  // namespace

Palette::Palette(bool color, Severity level) {
  if (!color) return;
  severity = level == Severity::kError     ? "\x1b[1;31m"
             : level == Severity::kWarning ? "\x1b[1;33m"
                                           : "\x1b[1;36m";
  bold = "\x1b[1m";
  frame = "\x1b[34m";
  good = "\x1b[32m";
  reset = "\x1b[0m";
}

Span VisibleSpan(Span span, const SourceText& source) {
  const uint32_t size = static_cast<uint32_t>(source.text().size());
  span.begin = std::min(span.begin, size);
  span.end = std::clamp(span.end, span.begin, size);
  if (span.begin != span.end) return span;
  const size_t word = source.text().find_last_not_of(" \t\r\n");
  const uint32_t after = word == std::string::npos ? 0 : static_cast<uint32_t>(word + 1);
  if (span.begin > after) span = {after, after};
  return span;
}

size_t GutterWidth(const Diagnostic& diagnostic, const SourceText& source) {
  if (!diagnostic.has_span) return 1;
  const MarkedLines marked = MarkAll(diagnostic, source, "");
  return std::to_string(marked.lines().rbegin()->first).size();
}

std::string RenderSnippet(const Diagnostic& diagnostic, const SourceText& source,
                          std::string_view note, const RenderOptions& options,
                          const Palette& palette) {
  const MarkedLines marked = MarkAll(diagnostic, source, note);
  const size_t gutter = GutterWidth(diagnostic, source);
  const std::string frame(palette.frame), reset(palette.reset);
  const std::string bar = frame + std::string(gutter, ' ') + " |" + reset;
  const uint32_t taken = static_cast<uint32_t>(gutter + 3);
  const uint32_t width = options.width > taken + 20 ? options.width - taken : 20;
  std::string out = bar + '\n';
  uint32_t previous = 0;
  for (const auto& [line, line_marks] : marked.lines()) {
    if (previous != 0 && line == previous + 2) {
      std::string between = Show(source.Line(previous + 1)).text;
      std::vector<Mark> no_marks{Mark{}};
      CutToWidth(width, &between, &no_marks);
      const std::string number = std::to_string(previous + 1);
      out += frame + std::string(gutter - number.size(), ' ') + number + " |" + reset;
      out += (between.empty() ? "" : " ") + between + '\n';
    } else if (previous != 0 && line > previous + 2) {
      out += frame + std::string(kCut) + reset + '\n';
    }
    std::string text = Show(source.Line(line)).text;
    std::vector<Mark> marks = line_marks;
    CutToWidth(width, &text, &marks);
    const std::string number = std::to_string(line);
    out += frame + std::string(gutter - number.size(), ' ') + number + " |" + reset;
    out += (text.empty() ? "" : " ") + text + '\n';
    for (const std::string& row : MarkRows(std::move(marks), palette))
      out += bar + ' ' + row + '\n';
    previous = line;
  }
  return out;
}

}  // namespace millrace
