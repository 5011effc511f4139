// SPDX-License-Identifier: Apache-2.0
// JsonPath: the paths of JSON_VALUE, JSON_QUERY and JSON_EXISTS, with the meaning of the Jayway
// library that Flink uses: `[lax|strict] $.a['b'][0][-1][1:3][0,2][*].*..c`. A definite path yields
// one value or fails; an indefinite one an array of what it finds. Filters and functions are
// refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/json/json_node.h"

namespace millrace {

class JsonFilter;

class JsonPath {
 public:
  enum class Mode { kLax, kStrict };

  /// Never fails: a path that is not valid has an `error` and finds nothing.
  static JsonPath Compile(std::string_view spec);

  Mode mode() const { return mode_; }
  const std::string& error() const { return error_; }
  /// True if the error is one of ours (a feature that is left out), not the user's.
  bool unsupported() const { return unsupported_; }

  struct Found {
    std::optional<JsonNode> value;  // disengaged: no result (lax) or an error (strict)
    std::string error;
  };
  /// Evaluates on a document. `error` is set if a definite path leads nowhere.
  Found Find(const JsonNode& root) const;

 private:
  struct Token {
    enum class Kind { kNames, kIndexes, kSlice, kWildcard, kScan, kFilter, kLength };
    Kind kind = Kind::kWildcard;
    std::vector<std::string> names;
    std::vector<int64_t> indexes;
    std::optional<int64_t> from;
    std::optional<int64_t> to;
    std::shared_ptr<const JsonFilter> filter;
  };
  friend class JsonPathCompiler;
  friend class JsonPathWalk;

  Mode mode_ = Mode::kStrict;
  std::vector<Token> tokens_;
  bool definite_ = true;
  std::string error_;
  bool unsupported_ = false;
};

}  // namespace millrace
