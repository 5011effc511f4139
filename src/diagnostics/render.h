// SPDX-License-Identifier: Apache-2.0
// How diagnostics are shown: text with caret for people, JSON for tools.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"

namespace millrace {

/// A named source text with a line index. Lines and columns count from 1; columns count code
/// points.
class SourceText {
 public:
  SourceText(std::string name, std::string text);
  struct Position {
    uint32_t line = 1;
    uint32_t column = 1;
  };
  Position PositionOf(uint32_t byte) const;
  /// The line without its line break; empty past the end.
  std::string_view Line(uint32_t line) const;
  /// First byte of a line. REQUIRES: 1 <= line <= line_count().
  uint32_t LineStart(uint32_t line) const { return line_starts_[line - 1]; }
  uint32_t line_count() const { return static_cast<uint32_t>(line_starts_.size()); }
  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string text_;
  std::vector<uint32_t> line_starts_;
};

struct RenderOptions {
  bool color = false;
  uint32_t width = 100;  // display columns; longer source lines are cut around the caret
};

/// error[MR0201]: ... / --> file:3:14 / source line / ^^^^ / candidates / try: / next step.
std::string RenderText(const Diagnostic& diagnostic, const SourceText* source,
                       const RenderOptions& options = {});
/// All entries of a list, then a one-line count.
std::string RenderText(const DiagnosticList& list, const SourceText* source,
                       const RenderOptions& options = {});
/// One JSON object {format_version, valid, error_count, warning_count, diagnostics: [{severity,
/// code, domain, summary, detail, range{filename, start{line,column,byte}, end{..}}, snippet{...},
/// candidates[], try, next_step}]}.
std::string RenderJson(const DiagnosticList& list, const SourceText* source);

}  // namespace millrace
