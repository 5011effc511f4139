// SPDX-License-Identifier: Apache-2.0
// IS JSON [VALUE | OBJECT | ARRAY | SCALAR]: never NULL, FALSE for NULL.
#include "functions/json/json_node.h"
#include "functions/json/register.h"
#include "functions/kernel_support.h"
#include "functions/simple_function.h"

namespace millrace {
namespace {

using Text = std::string_view;

void Register(FunctionRegistry* registry, std::string word, bool (*test)(const JsonNode&),
              std::string example) {
  const std::string name = "IS JSON " + word;
  registry->Register(MakeSimple(
      {.name = name,
       .parameters = {Parameter::kText},
       .result = Always(DataType::Boolean()),
       .nullable = SimpleFunction::Nullable::kNever,
       .kernel = RowKernelWithNull<bool, Text>([test](BoolWriter& out, std::optional<Text> text) {
         if (!text.has_value()) return out.Set(false);
         const std::optional<JsonNode> node = ParseJson(*text);
         out.Set(node.has_value() && test(*node));
       }),
       .doc = {.group = "json",
               .signature = "string IS [NOT] JSON " + word,
               .summary = "Whether the string is JSON" +
                          (word == "VALUE" ? std::string(".") : " and its value of that form."),
               .example = std::move(example),
               .result = "true"}}));
}

}  // namespace

void RegisterIsJson(FunctionRegistry* registry) {
  Register(registry, "VALUE", [](const JsonNode&) { return true; }, "'{\"a\": 1}' IS JSON");
  Register(
      registry, "OBJECT", [](const JsonNode& node) { return node.kind == JsonNode::Kind::kObject; },
      "'{}' IS JSON OBJECT");
  Register(
      registry, "ARRAY", [](const JsonNode& node) { return node.kind == JsonNode::Kind::kArray; },
      "'[1]' IS JSON ARRAY");
  Register(
      registry, "SCALAR", [](const JsonNode& node) { return !node.is_container(); },
      "'1' IS JSON SCALAR");
}

}  // namespace millrace
