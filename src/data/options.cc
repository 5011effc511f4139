// SPDX-License-Identifier: Apache-2.0
#include "data/options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/check.h"
#include "data/option_text.h"
#include "diagnostics/nearest.h"

namespace millrace {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

/// "fields.#.kind" fits "fields.name.kind"; the name may itself hold dots.
bool FitsPattern(std::string_view pattern, std::string_view key) {
  const size_t hash = pattern.find('#');
  if (hash == std::string_view::npos) return pattern == key;
  const std::string_view head = pattern.substr(0, hash);
  const std::string_view tail = pattern.substr(hash + 1);
  return key.size() > head.size() + tail.size() && key.starts_with(head) && key.ends_with(tail);
}

const char* TypeWord(OptionType type) {
  switch (type) {
    case OptionType::kInt: return "an integer between -2147483648 and 2147483647";
    case OptionType::kLong: return "an integer";
    case OptionType::kDouble: return "a number";
    case OptionType::kBoolean: return "'true' or 'false'";
    case OptionType::kDuration: return "a duration such as '5 s', '100 ms' or '1 h'";
    case OptionType::kMemorySize: return "a size such as '128 mb' or '64 kb'";
    default: return "a text";
  }
}

std::optional<std::string> JoinChoices(const OptionSpec& spec, std::string_view text) {
  for (const std::string& choice : spec.choices) {
    if (Lower(choice) == Lower(text)) return std::nullopt;
  }
  std::string list;
  for (const std::string& choice : spec.choices) {
    list += (list.empty() ? "'" : ", '") + choice + "'";
  }
  return "one of " + list;
}

/// What was expected, if `text` is no value of the option.
std::optional<std::string> Expected(const OptionSpec& spec, std::string_view text) {
  bool fits = true;
  switch (spec.type) {
    case OptionType::kString:
    case OptionType::kList:
    case OptionType::kMap: break;
    case OptionType::kInt: {
      const auto value = ParseOptionLong(text);
      fits = value && *value >= INT32_MIN && *value <= INT32_MAX;
      break;
    }
    case OptionType::kLong: fits = ParseOptionLong(text).has_value(); break;
    case OptionType::kDouble: fits = ParseOptionDouble(text).has_value(); break;
    case OptionType::kBoolean: fits = ParseOptionBoolean(text).has_value(); break;
    case OptionType::kDuration: fits = ParseDuration(text).has_value(); break;
    case OptionType::kMemorySize: fits = ParseMemorySize(text).has_value(); break;
    case OptionType::kEnum: return JoinChoices(spec, text);
  }
  return fits ? std::nullopt : std::optional<std::string>(TypeWord(spec.type));
}

std::vector<std::string> KeyNames(const std::vector<OptionSpec>& specs) {
  std::set<std::string> names;
  for (const OptionSpec& spec : specs) names.insert(spec.key);
  return {names.begin(), names.end()};
}

}  // namespace

Options::Options(std::vector<OptionSpec> specs, std::map<std::string, OptionValue> values)
    : specs_(std::move(specs)), values_(std::move(values)) {}

const OptionSpec* Options::FindSpec(std::string_view key) const {
  const OptionSpec* pattern = nullptr;
  for (const OptionSpec& spec : specs_) {
    if (spec.key == key) return &spec;
    if (FitsPattern(spec.key, key)) pattern = &spec;
  }
  return pattern;
}

std::vector<Options::Problem> Options::Validate(std::string_view owner) const {
  std::vector<Problem> problems;
  for (const auto& [key, value] : values_) {
    const OptionSpec* spec = FindSpec(key);
    if (spec == nullptr) {
      problems.push_back({.code = "MR0501",
                          .key = key,
                          .message = "unknown option '" + key + "' for " + std::string(owner),
                          .candidates = NearestNames(key, KeyNames(specs_))});
      continue;
    }
    if (const auto expected = Expected(*spec, value.text)) {
      const bool hide = value.secret || spec->secret;
      problems.push_back(
          {.code = "MR0503",
           .key = key,
           .message = "option '" + key + "' of " + std::string(owner) + " must be " + *expected +
                      ", not " + (hide ? "the given secret" : "'" + value.text + "'"),
           .candidates = spec->choices.empty() ? std::vector<std::string>()
                                               : NearestNames(value.text, spec->choices)});
    }
  }
  for (const OptionSpec& spec : specs_) {
    if (!spec.required || values_.contains(spec.key)) continue;
    problems.push_back({.code = "MR0502",
                        .key = spec.key,
                        .message = std::string(owner) + " needs the option '" + spec.key + "'",
                        .candidates = {}});
  }
  return problems;
}

bool Options::Has(std::string_view key) const { return values_.contains(std::string(key)); }

std::optional<std::string> Options::FindString(std::string_view key) const {
  const auto found = values_.find(std::string(key));
  if (found != values_.end()) return found->second.text;
  const OptionSpec* spec = FindSpec(key);
  if (spec == nullptr || spec->default_value.empty()) return std::nullopt;
  return spec->default_value;
}

std::string Options::GetString(std::string_view key) const { return FindString(key).value_or(""); }

int64_t Options::GetLong(std::string_view key) const {
  return ParseOptionLong(GetString(key)).value_or(0);
}

double Options::GetDouble(std::string_view key) const {
  return ParseOptionDouble(GetString(key)).value_or(0);
}

bool Options::GetBoolean(std::string_view key) const {
  return ParseOptionBoolean(GetString(key)).value_or(false);
}

std::chrono::milliseconds Options::GetDuration(std::string_view key) const {
  return ParseDuration(GetString(key)).value_or(std::chrono::milliseconds(0));
}

uint64_t Options::GetMemorySize(std::string_view key) const {
  return ParseMemorySize(GetString(key)).value_or(0);
}

std::vector<std::string> Options::GetList(std::string_view key) const {
  std::vector<std::string> items;
  const std::string text = GetString(key);
  size_t begin = 0;
  while (begin <= text.size() && !text.empty()) {
    const size_t end = std::min(text.find(';', begin), text.size());
    const std::string_view item = TrimOption(std::string_view(text).substr(begin, end - begin));
    if (!item.empty()) items.emplace_back(item);
    begin = end + 1;
  }
  return items;
}

}  // namespace millrace
