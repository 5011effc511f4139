// SPDX-License-Identifier: Apache-2.0
// Settings: what SET and -D fix for a pipeline. Every key we honour is described once in
// KnownSettings(); unknown `millrace.` keys are errors, unknown others are kept (as Flink does) and
// noted.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/options.h"

namespace millrace {

/// Described settings in ascending order of key. A '#' stands for a table name and an option:
/// `millrace.table.#.#`.
const std::vector<OptionSpec>& KnownSettings();

class Settings {
 public:
  /// Fails with MR0503 for a bad value, MR0512 for an unknown `millrace.` key (candidates in hint,
  /// separated by ", ").
  Status Set(const std::string& key, OptionValue value);
  void Reset(const std::string& key) { values_.erase(key); }
  void ResetAll() { values_.clear(); }

  std::optional<std::string> Find(const std::string& key) const;
  /// The set value, else the default of KnownSettings().
  std::string GetString(const std::string& key) const;
  bool GetBoolean(const std::string& key) const;
  int64_t GetLong(const std::string& key) const;
  std::chrono::milliseconds GetDuration(const std::string& key) const;
  uint64_t GetMemorySize(const std::string& key) const;  // 0 if there is none
  /// Options set by `millrace.table.<table>.<option>`.
  std::map<std::string, OptionValue> TableExtras(std::string_view table) const;
  const std::map<std::string, OptionValue>& values() const { return values_; }

 private:
  std::map<std::string, OptionValue> values_;
};

}  // namespace millrace
