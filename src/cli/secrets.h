// SPDX-License-Identifier: Apache-2.0
// Secrets: what `${env:NAME}`, `${NAME}` and `${file:path}` of a text stand for. Messages may quote
// options, paths and replies of servers, so everything that is said is looked through; rows of data
// are not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "env/environment.h"

namespace millrace {

class Secrets {
 public:
  /// Adds the values that references in `text` stand for. What cannot be read is no secret.
  void AddReferences(std::string_view text, const Environment& env);
  /// The text with `***` in place of every value. Values of less than four bytes stay: they would
  /// be found everywhere.
  std::string Mask(std::string_view text) const;
  void Mask(Diagnostic* diagnostic) const;

 private:
  std::vector<std::string> values_;  // longest first
};

}  // namespace millrace
