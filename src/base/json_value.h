// SPDX-License-Identifier: Apache-2.0
// JsonValue: the little of JSON that files of ours (manifests, plans) need to be read back:
// objects, arrays, strings, unsigned integers, true and false. Anything else is refused.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace millrace {

class JsonValue {
 public:
  using Object = std::map<std::string, JsonValue, std::less<>>;
  using Array = std::vector<JsonValue>;

  JsonValue() = default;
  template <typename T>
  explicit JsonValue(T value) : value_(std::move(value)) {}

  static Result<JsonValue> Parse(std::string_view text);

  /// The member, or an empty value of the asked kind when it is missing or of another kind.
  const JsonValue& operator[](std::string_view key) const;
  const Object& object() const;
  const Array& array() const;
  const std::string& string() const;
  uint64_t number() const;
  bool boolean() const;

 private:
  std::variant<std::monostate, bool, uint64_t, std::string, Array, Object> value_;
};

}  // namespace millrace
