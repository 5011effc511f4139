// SPDX-License-Identifier: Apache-2.0
// Options: how connectors, formats, models and sinks declare and read their WITH options. An option
// is described once (OptionSpec); parsing, checks, docs, completion and masking derive from it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

enum class OptionType {
  kString,
  kInt,
  kLong,
  kDouble,
  kBoolean,
  kDuration,
  kMemorySize,
  kEnum,
  kList,
  kMap
};

struct OptionSpec {
  std::string key;  // "json.ignore-parse-errors"; a '#' stands for one name: "fields.#.kind"
  OptionType type = OptionType::kString;
  std::string default_value;  // as text; empty = no default
  bool required = false;
  bool secret = false;
  std::vector<std::string> choices;  // kEnum; compared case-insensitively
  std::string help;                  // one sentence
};

/// A value as written, with the mask flag that `${env:..}` and `${file:..}` set.
struct OptionValue {
  std::string text;
  bool secret = false;
};

/// The options of one object after name checks. Getters parse by the spec; a parse failure is found
/// by Validate, so getters after Validate do not fail. Keys are exact.
class Options {
 public:
  Options() = default;
  Options(std::vector<OptionSpec> specs, std::map<std::string, OptionValue> values);

  /// First error found: unknown key (MR0501, candidates in the hint), missing required key
  /// (MR0502), bad value (MR0503). `owner` is for the message: "connector 'filesystem'".
  struct Problem {
    std::string code;
    std::string key;  // the option it is about
    std::string message;
    std::vector<std::string> candidates;
  };
  std::vector<Problem> Validate(std::string_view owner) const;

  bool Has(std::string_view key) const;
  std::string GetString(std::string_view key) const;  // default when absent
  std::optional<std::string> FindString(std::string_view key) const;
  int64_t GetLong(std::string_view key) const;
  double GetDouble(std::string_view key) const;
  bool GetBoolean(std::string_view key) const;
  std::chrono::milliseconds GetDuration(std::string_view key) const;
  uint64_t GetMemorySize(std::string_view key) const;
  std::vector<std::string> GetList(std::string_view key) const;  // separated by ';'
  const std::map<std::string, OptionValue>& values() const { return values_; }
  const std::vector<OptionSpec>& specs() const { return specs_; }

 private:
  const OptionSpec* FindSpec(std::string_view key) const;
  std::vector<OptionSpec> specs_;
  std::map<std::string, OptionValue> values_;
};

/// Flink's texts: "5 s", "1min", "100 ms", "1 d"; "128MB", "4 kb".
Result<std::chrono::milliseconds> ParseDuration(std::string_view text);
Result<uint64_t> ParseMemorySize(std::string_view text);

}  // namespace millrace
