// SPDX-License-Identifier: Apache-2.0
// StatementBuffer: gathers lines until a statement is complete. A statement ends with `;`, a
// statement set with `END;`. Looks at every character once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/shell/sql_scanner.h"

namespace millrace {

class StatementBuffer {
 public:
  /// A line without its line feed.
  void Append(std::string_view line);
  /// The next complete statement with its `;`, without what is blank before it.
  std::optional<std::string> Take();
  /// What is left at the end of the input.
  std::string TakeRest();
  void Clear() { *this = StatementBuffer(); }

  /// True if nothing but blanks and comments is waiting.
  bool blank() const { return blank_; }
  /// What is waiting.
  const std::string& text() const { return text_; }
  /// Where the next line starts: inside a text or comment, or in code.
  SqlScanner::Place place() const { return scanner_.place(); }

 private:
  bool EndsStatement(char c);
  void EndWord();

  std::string text_;
  size_t scanned_ = 0;
  bool blank_ = true;
  SqlScanner scanner_;
  std::string word_;  // being read, upper case
  std::string previous_word_;
  bool starts_with_begin_ = false;
  bool first_word_ = true;
  bool names_set_ = false;  // STATEMENT SET was read
  bool in_set_ = false;
  bool set_closed_ = false;
  int open_cases_ = 0;
};

/// A statement on one line, comments left out, for the history.
std::string OneLine(std::string_view statement);

}  // namespace millrace
