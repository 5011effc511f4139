// SPDX-License-Identifier: Apache-2.0
// SessionHistory: the definitions of a session as they were written, so that COMPILE PLAN can take
// down what its statement needs. Names are found by their text, so too much may be taken, never
// too little. One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/ast/statement.h"

namespace millrace {

class SessionHistory {
 public:
  /// Remembers the statement if it defines, alters or drops something, or is a USE.
  void Add(const sql::Statement& statement, std::string_view text);
  /// The statements, in their order, that define what `statement` and each other mention.
  /// `with_tables`: those of tables, too.
  std::vector<std::string> Needed(std::string_view statement, bool with_tables) const;

 private:
  struct Entry {
    std::string text;
    std::vector<std::string> names;  // in lower case; none: always needed
    bool of_table = false;
  };
  std::vector<Entry> entries_;
};

}  // namespace millrace
