// SPDX-License-Identifier: Apache-2.0
// SampleValue: one value of a sample as it was written, before anything is known about its type.
// Numbers keep their text, since digits decide between BIGINT, DECIMAL and DOUBLE; members keep
// their order, since it becomes the order of columns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

struct SampleValue {
  enum class Kind { kNull, kBoolean, kNumber, kText, kArray, kObject };
  struct Member;

  Kind kind = Kind::kNull;
  std::string text;                // kBoolean, kNumber, kText
  std::vector<SampleValue> items;  // kArray
  std::vector<Member> members;     // kObject

  static SampleValue Text(std::string text);
};

struct SampleValue::Member {
  std::string name;
  SampleValue value;
};

/// Reads the JSON value that starts at `*at` (white space before it is skipped) and moves behind
/// it. nullopt: not JSON, or nested deeper than 64; `*at` is then anywhere.
std::optional<SampleValue> ReadSampleValue(std::string_view text, size_t* at);

}  // namespace millrace
