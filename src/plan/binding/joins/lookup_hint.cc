// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/joins/lookup_hint.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "data/option_text.h"
#include "plan/binding/joins/join_hint.h"

namespace millrace {
namespace {

enum class LookupValue { kText, kBoolean, kNumber, kDuration, kMode, kPredicate, kStrategy };

const std::map<std::string, LookupValue, std::less<>>& LookupOptions() {
  static const std::map<std::string, LookupValue, std::less<>> kOptions = {
      {"table", LookupValue::kText},
      {"async", LookupValue::kBoolean},
      {"output-mode", LookupValue::kMode},
      {"capacity", LookupValue::kNumber},
      {"timeout", LookupValue::kDuration},
      {"shuffle", LookupValue::kBoolean},
      {"retry-predicate", LookupValue::kPredicate},
      {"retry-strategy", LookupValue::kStrategy},
      {"fixed-delay", LookupValue::kDuration},
      {"max-attempts", LookupValue::kNumber}};
  return kOptions;
}

/// Empty if the text is such a value; else what is accepted.
std::string LookupAccepted(LookupValue value, const std::string& text) {
  switch (value) {
    case LookupValue::kText: return text.empty() ? "a name" : "";
    case LookupValue::kBoolean: return text == "true" || text == "false" ? "" : "'true' or 'false'";
    case LookupValue::kNumber: {
      int64_t number = 0;
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
      const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
      return whole && number > 0 ? "" : "a number above 0";
    }
    case LookupValue::kDuration: return ParseDuration(text) ? "" : "a duration such as '10 s'";
    case LookupValue::kMode:
      return text == "ordered" || text == "allow_unordered" ? "" : "'ordered' or 'allow_unordered'";
    case LookupValue::kPredicate: return text == "lookup_miss" ? "" : "'lookup_miss'";
    case LookupValue::kStrategy: return text == "fixed_delay" ? "" : "'fixed_delay'";
  }
  return {};
}

const sql::HintArgument* LookupArgument(const sql::Hint& hint, std::string_view key) {
  const auto found = std::ranges::find_if(hint.arguments, [&](const sql::HintArgument& argument) {
    return argument.key && argument.key->value == key;
  });
  return found == hint.arguments.end() ? nullptr : &*found;
}

}  // namespace

bool CheckLookupHint(BindContext* context, const sql::Hint& hint) {
  for (const sql::HintArgument& argument : hint.arguments) {
    const auto option =
        argument.key ? LookupOptions().find(argument.key->value) : LookupOptions().end();
    if (option == LookupOptions().end()) {
      Diagnostic& diagnostic = context->Error(
          "MR0509", "LOOKUP has no option '" + (argument.key ? argument.key->value : "") + "'",
          argument.key ? argument.key->span : hint.span);
      std::vector<std::string> names;
      for (const auto& [name, value] : LookupOptions()) names.push_back(name);
      context->Suggest(&diagnostic, argument.key ? argument.key->value : "", names, false);
      return false;
    }
    const std::string accepted = LookupAccepted(option->second, argument.value.value);
    if (accepted.empty()) continue;
    context->Error("MR0509",
                   "'" + option->first + "' of LOOKUP takes " + accepted + ", found '" +
                       argument.value.value + "'",
                   argument.value.span);
    return false;
  }
  if (LookupArgument(hint, "table") == nullptr) {
    context->Error("MR0509", "LOOKUP lacks 'table'", hint.span);
    return false;
  }
  size_t retries = 0;
  for (const char* key : {"retry-predicate", "retry-strategy", "fixed-delay", "max-attempts"}) {
    if (LookupArgument(hint, key) != nullptr) ++retries;
  }
  if (retries == 0 || retries == 4) return true;
  context->Error("MR0509", "LOOKUP takes all four options of a retry, or none", hint.span)
      .next_step = "'retry-predicate', 'retry-strategy', 'fixed-delay' and 'max-attempts'.";
  return false;
}

bool CheckLookupTable(BindContext* context, const sql::Hint& hint, const Scope& from) {
  const sql::HintArgument* table = LookupArgument(hint, "table");
  return CheckHintedRelation(context, hint, table->value.value, from);
}

}  // namespace millrace
