// SPDX-License-Identifier: Apache-2.0
// Completer: what may stand at the cursor. The world it proposes from is closed and live: this
// session's tables, columns and models, the functions, connectors, formats, options and settings of
// this program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/application.h"
#include "plan/program.h"

namespace millrace {

struct Completion {
  std::vector<std::string> words;  // sorted by what is likely, each begins like the prefix
  size_t prefix = 0;               // bytes before the cursor that a word replaces
};

class Completer {
 public:
  Completer(const Registries& registries, const Compiler* compiler)
      : registries_(registries), compiler_(compiler) {}

  /// `before` is the statement up to the cursor, `after` the rest of it.
  Completion Complete(std::string_view before, std::string_view after) const;

 private:
  struct Piece;
  using Pieces = std::vector<Piece>;

  static Pieces Cut(std::string_view text);
  static bool InsideOptions(const Pieces& pieces);
  std::vector<std::string> InText(const Pieces& pieces) const;
  std::vector<std::string> OptionKeys(const Pieces& pieces) const;
  std::vector<std::string> OptionValues(const Pieces& pieces, const std::string& key) const;
  std::vector<OptionSpec> OptionsOf(const Pieces& pieces) const;
  std::vector<std::string> InCode(const Pieces& before, const Pieces& all,
                                  const std::string& typed) const;
  std::vector<std::string> ColumnsOf(const std::string& name) const;
  std::vector<std::string> ColumnsInUse(const Pieces& all) const;
  std::vector<std::string> Qualified(const std::string& qualifier, const Pieces& all) const;

  Registries registries_;
  const Compiler* compiler_;
};

}  // namespace millrace
