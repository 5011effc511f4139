// SPDX-License-Identifier: Apache-2.0
// LineSource: where the shell's lines come from: a terminal with editing, or a pipe.
#pragma once

#include <memory>
#include <string>

namespace millrace {

class LineSource {
 public:
  enum class Outcome { kLine, kInterrupted, kEnd };

  virtual ~LineSource() = default;
  /// Reads one line, without its line feed. `pending` is what was typed of the statement before it.
  virtual Outcome Read(const std::string& prompt, const std::string& pending,
                       std::string* line) = 0;
  /// Puts a statement into the history.
  virtual void Remember(const std::string& statement) { (void)statement; }
};

/// Standard input as it is.
std::unique_ptr<LineSource> MakePlainLines();

}  // namespace millrace
