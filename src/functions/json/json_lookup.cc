// SPDX-License-Identifier: Apache-2.0
#include "functions/json/json_lookup.h"

#include <arrow/scalar.h>

namespace millrace {

JsonLookup JsonPathCache::Find(std::string_view document, std::string_view path) {
  auto place = paths_.find(std::string(path));
  if (place == paths_.end()) {
    if (paths_.size() >= kMaxPaths) paths_.clear();
    place = paths_.emplace(std::string(path), JsonPath::Compile(path)).first;
  }
  const JsonPath& compiled = place->second;
  JsonLookup lookup;
  lookup.mode = compiled.mode();
  const std::optional<JsonNode> root = ParseJson(document);
  if (!root.has_value()) {
    if (lookup.mode == JsonPath::Mode::kStrict) lookup.error = "the text is not JSON";
    return lookup;
  }
  if (root->kind == JsonNode::Kind::kNull) {
    lookup.error = "a path cannot be looked up in a JSON null";
    return lookup;
  }
  JsonPath::Found found = compiled.Find(*root);
  lookup.value = std::move(found.value);
  lookup.error = std::move(found.error);
  return lookup;
}

Status CheckLiteralPath(const CallSite& site) {
  const std::shared_ptr<arrow::Scalar>& literal = site.args[1].literal;
  if (literal == nullptr || !literal->is_valid || !site.args[1].type.is_character()) {
    return OkStatus();
  }
  const JsonPath path =
      JsonPath::Compile(static_cast<const arrow::BaseBinaryScalar&>(*literal).view());
  if (path.unsupported()) return UserError("MR0301", path.error());
  return OkStatus();
}

std::string BehaviorOf(const CallSite& site, std::string_view on) {
  for (const std::string& option : site.options) {
    if (option.ends_with(on)) return option.substr(0, option.size() - on.size());
  }
  return {};
}

}  // namespace millrace
