// SPDX-License-Identifier: Apache-2.0
#include "data/option_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <string>

#include "data/options.h"

namespace millrace {
namespace {

struct Unit {
  std::string_view name;
  double factor;  // to milliseconds, or to bytes
};

// Flink's labels (TimeUtils). The plural of a word is written with an 's'.
constexpr Unit kTimeUnits[] = {
    {"d", 86400000},       {"day", 86400000},   {"h", 3600000},    {"hour", 3600000},
    {"m", 60000},          {"min", 60000},      {"minute", 60000}, {"s", 1000},
    {"sec", 1000},         {"second", 1000},    {"ms", 1},         {"milli", 1},
    {"millisecond", 1},    {"\xC2\xB5s", 1e-3}, {"us", 1e-3},      {"micro", 1e-3},
    {"microsecond", 1e-3}, {"ns", 1e-6},        {"nano", 1e-6},    {"nanosecond", 1e-6}};

constexpr double kKilo = 1024;
constexpr Unit kSizeUnits[] = {{"b", 1},
                               {"bytes", 1},
                               {"k", kKilo},
                               {"kb", kKilo},
                               {"kibibytes", kKilo},
                               {"m", kKilo* kKilo},
                               {"mb", kKilo* kKilo},
                               {"mebibytes", kKilo* kKilo},
                               {"g", kKilo* kKilo* kKilo},
                               {"gb", kKilo* kKilo* kKilo},
                               {"gibibytes", kKilo* kKilo* kKilo},
                               {"t", kKilo* kKilo* kKilo* kKilo},
                               {"tb", kKilo* kKilo* kKilo* kKilo},
                               {"tebibytes", kKilo* kKilo* kKilo* kKilo}};

struct Measure {
  uint64_t number = 0;
  std::string unit;
};

/// Digits, then a unit in lower case, with optional blanks around both.
std::optional<Measure> SplitMeasure(std::string_view text) {
  text = TrimOption(text);
  Measure measure;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), measure.number);
  if (error != std::errc() || text.empty() || text[0] == '-') return std::nullopt;
  const std::string_view rest = TrimOption({end, text.data() + text.size()});
  for (const char c : rest) {
    measure.unit.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  return measure;
}

std::optional<double> Scale(const Measure& measure, std::span<const Unit> units, bool plural) {
  if (measure.unit.empty()) return static_cast<double>(measure.number);
  for (const Unit& unit : units) {
    const bool word = unit.name.size() >= 3 && plural;
    if (measure.unit == unit.name || (word && measure.unit == std::string(unit.name) + "s")) {
      return static_cast<double>(measure.number) * unit.factor;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view TrimOption(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::optional<int64_t> ParseOptionLong(std::string_view text) {
  text = TrimOption(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> ParseOptionDouble(std::string_view text) {
  text = TrimOption(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<bool> ParseOptionBoolean(std::string_view text) {
  text = TrimOption(text);
  if (EqualsIgnoringCase(text, "true")) return true;
  if (EqualsIgnoringCase(text, "false")) return false;
  return std::nullopt;
}

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  const auto measure = SplitMeasure(text);
  const auto millis = measure ? Scale(*measure, kTimeUnits, true) : std::nullopt;
  if (!millis) {
    return UserError("MR0503", "'" + std::string(text) + "' is not a duration", {},
                     "write a whole number and a unit: '5 s', '100 ms', '10 min', '1 d'");
  }
  if (*millis > 9e15) return UserError("MR0503", "'" + std::string(text) + "' is too long");
  return std::chrono::milliseconds(static_cast<int64_t>(*millis));
}

Result<uint64_t> ParseMemorySize(std::string_view text) {
  const auto measure = SplitMeasure(text);
  const auto bytes = measure ? Scale(*measure, kSizeUnits, false) : std::nullopt;
  if (!bytes) {
    return UserError("MR0503", "'" + std::string(text) + "' is not a memory size", {},
                     "write a whole number and a unit: '64 kb', '128 mb', '1 gb'");
  }
  if (*bytes > 9e18) return UserError("MR0503", "'" + std::string(text) + "' is too large");
  return static_cast<uint64_t>(*bytes);
}

}  // namespace millrace
