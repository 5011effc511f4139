// SPDX-License-Identifier: Apache-2.0
// What JSON_VALUE, JSON_QUERY and JSON_EXISTS share: looking a path up in a document, and the ON
// EMPTY and ON ERROR words of a call.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "functions/function.h"
#include "functions/json/json_node.h"
#include "functions/json/json_path.h"

namespace millrace {

struct JsonLookup {
  JsonPath::Mode mode = JsonPath::Mode::kStrict;
  std::optional<JsonNode> value;  // disengaged or JSON null: empty
  std::string error;              // not empty: ON ERROR applies

  bool empty() const { return !value.has_value() || value->kind == JsonNode::Kind::kNull; }
};

/// The compiled paths of a call site.
class JsonPathCache : public KernelState {
 public:
  JsonLookup Find(std::string_view document, std::string_view path);

 private:
  static constexpr size_t kMaxPaths = 64;
  std::unordered_map<std::string, JsonPath> paths_;
};

/// Refuses at once a literal path that uses what we leave out.
Status CheckLiteralPath(const CallSite& site);

/// The word before ` ON EMPTY` or ` ON ERROR` among the options; empty if not given.
std::string BehaviorOf(const CallSite& site, std::string_view on);

}  // namespace millrace
