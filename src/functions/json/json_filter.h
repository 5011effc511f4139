// SPDX-License-Identifier: Apache-2.0
// JsonFilter: the condition of a path's `[?(..)]`: comparisons (== != < <= > >=) of `@` and `$`
// paths, numbers, strings, true, false and null, a path alone (it leads somewhere), && || ! and
// parentheses.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "functions/json/json_node.h"

namespace millrace {

class JsonFilter {
 public:
  virtual ~JsonFilter() = default;
  /// Whether an element, `@`, of the document `$` fits.
  virtual bool Accepts(const JsonNode& element, const JsonNode& root) const = 0;

  /// Reads a condition up to its `)` and takes it off the text. Null if it is not one of ours.
  static std::unique_ptr<JsonFilter> Parse(std::string_view* text);
};

}  // namespace millrace
