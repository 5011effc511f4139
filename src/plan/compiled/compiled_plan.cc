// SPDX-License-Identifier: Apache-2.0
#include "plan/compiled/compiled_plan.h"

#include "base/json_value.h"
#include "base/json_writer.h"

namespace millrace {
namespace {

constexpr uint64_t kVersion = 1;

}  // namespace

std::string CompiledPlan::ToJson() const {
  JsonWriter out(2);
  out.BeginObject().Field("millrace_plan", kVersion).Key("definitions").BeginArray();
  for (const std::string& definition : definitions) out.String(definition);
  out.EndArray().Field("statement", statement);
  out.Key("operators").Raw(operators.ToJson()).EndObject();
  return std::move(out).Finish() + "\n";
}

Result<CompiledPlan> CompiledPlan::FromJson(std::string_view text) {
  const auto root = JsonValue::Parse(text);
  if (!root) return UserError("MR0415", root.error().message, root.error().detail);
  const JsonValue& version = (*root)["millrace_plan"];
  if (version.number() != kVersion) {
    return UserError(
        "MR0415", version.number() == 0 ? "not a plan of Millrace" : "of another version",
        version.number() == 0 ? ""
                              : "format " + std::to_string(version.number()) +
                                    ", this program reads " + std::to_string(kVersion));
  }
  CompiledPlan plan;
  for (const JsonValue& definition : (*root)["definitions"].array()) {
    plan.definitions.push_back(definition.string());
  }
  plan.statement = (*root)["statement"].string();
  plan.operators = PlanIdentity::FromJson((*root)["operators"]);
  return plan;
}

}  // namespace millrace
