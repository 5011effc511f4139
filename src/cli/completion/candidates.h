// SPDX-License-Identifier: Apache-2.0
// Candidates: what may stand at the end of a command line. Read from the declarations of the
// commands themselves: their names, options, and the type names of their values (`FILE`, `DIR`,
// `SQL_FILE`, `TABLE`, `CODE`, `RUNNING`, `{a,b}`, several with `|` between). Tables are those of
// the SQL file that stands before them; what runs is asked for its operators.
#pragma once

#include <CLI/App.hpp>

#include <string>
#include <vector>

#include "cli/application.h"

namespace millrace {

struct Candidates {
  struct Word {
    std::string text;
    std::string help;  // one line, may be empty
  };
  /// What the shell completes by itself besides `words`.
  enum class Files { kNone, kAny, kSql, kDirectories } files = Files::kNone;
  std::vector<Word> words;  // those that start with the current word
};

/// `before`: the words behind the program's name that are complete; `current`: the one being
/// typed, may be empty.
Candidates FindCandidates(const Application& application, CLI::App* app,
                          const std::vector<std::string>& before, const std::string& current);

/// First line: none, files, sql or directories; then a line per word: `word<TAB>help`.
std::string CandidatesText(const Candidates& candidates);

/// The script that makes a shell ask; empty for an unknown shell.
std::string CompletionScript(std::string_view shell);

}  // namespace millrace
