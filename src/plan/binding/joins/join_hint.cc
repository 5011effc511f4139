// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/joins/join_hint.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

constexpr std::array<std::string_view, 5> kJoinHints = {"BROADCAST", "MULTI_JOIN", "NEST_LOOP",
                                                        "SHUFFLE_HASH", "SHUFFLE_MERGE"};

}  // namespace

bool IsJoinHint(const sql::Hint& hint) {
  return std::ranges::find(kJoinHints, hint.name) != kJoinHints.end();
}

bool CheckJoinHint(BindContext* context, const sql::Hint& hint, const Scope& from) {
  const bool named = std::ranges::none_of(
      hint.arguments, [](const sql::HintArgument& argument) { return argument.key.has_value(); });
  if (hint.arguments.empty() || !named) {
    context->Error("MR0509", hint.name + " takes names of tables, such as " + hint.name + "(t)",
                   hint.span);
    return false;
  }
  return std::ranges::all_of(hint.arguments, [&](const sql::HintArgument& argument) {
    return CheckHintedRelation(context, hint, argument.value.value, from);
  });
}

bool CheckHintedRelation(BindContext* context, const sql::Hint& hint, const std::string& name,
                         const Scope& from) {
  if (from.HasQualifier(name)) return true;
  Diagnostic& diagnostic = context->Error(
      "MR0207", hint.name + " names '" + name + "', which is not in FROM", hint.span);
  std::vector<std::string> names;
  for (const ScopeColumn& column : from.columns()) names.push_back(column.qualifier);
  context->Suggest(&diagnostic, name, names);
  return false;
}

}  // namespace millrace
