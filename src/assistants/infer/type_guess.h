// SPDX-License-Identifier: Apache-2.0
// TypeGuess: the narrowest SQL type that all values of one field fit, seen one after the other.
//
//   true, false -> BOOLEAN      integers -> BIGINT, beyond 64 bits DECIMAL(n, 0)
//   fractions   -> DOUBLE; DECIMAL where DOUBLE would lose digits, or where all values are written
//                  with the same number of digits, trailing zeros included ("12.50")
//   texts       -> TIMESTAMP, TIMESTAMP_LTZ, DATE, TIME if all have that form, else STRING
//   objects     -> ROW, or MAP where keys are many and each is in few of the objects
//   arrays      -> ARRAY of what their elements fit
//   mixtures    -> STRING
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "assistants/infer/sample_value.h"
#include "data/data_type.h"

namespace millrace {

class TypeGuess {
 public:
  TypeGuess() = default;
  TypeGuess(TypeGuess&&) noexcept = default;
  TypeGuess& operator=(TypeGuess&&) noexcept = default;

  void Add(const SampleValue& value);

  /// Nullable; STRING if nothing but NULL was seen.
  DataType type() const;
  uint64_t nulls() const { return nulls_; }
  uint64_t values() const { return values_; }  // not NULL
  /// Whether some timestamp here, at any depth, is written with 'T' (ISO-8601), or with a blank.
  bool has_iso_form() const;
  bool has_sql_form() const;

  /// The fields of all objects, in the order in which they were first seen.
  const std::vector<std::string>& field_names() const { return names_; }
  const TypeGuess& field(const std::string& name) const { return fields_.at(name); }
  uint64_t objects() const { return objects_; }

 private:
  /// How many texts have this form, and the most digits of a fraction.
  struct Forms {
    uint64_t plain_timestamps = 0;  // without a zone
    uint64_t zoned_timestamps = 0;
    uint64_t dates = 0;
    uint64_t times = 0;
    int fraction_digits = 0;
    bool iso = false;
    bool sql = false;
  };

  void AddNumber(std::string_view text);
  void AddText(std::string_view text);
  void Merge(const TypeGuess& other);
  DataType NumberType() const;
  DataType TextType() const;
  DataType ObjectType() const;
  bool LooksLikeMap() const;

  uint64_t nulls_ = 0;
  uint64_t values_ = 0;
  uint64_t booleans_ = 0;
  uint64_t numbers_ = 0;
  uint64_t texts_ = 0;
  uint64_t arrays_ = 0;
  uint64_t objects_ = 0;
  uint64_t members_ = 0;  // of all objects

  // Numbers.
  uint64_t fractions_ = 0;
  bool exponent_ = false;
  bool beyond_long_ = false;
  bool trailing_zero_ = false;
  int whole_digits_ = 0;
  int scale_min_ = INT32_MAX;  // of the values with a fraction
  int scale_max_ = 0;
  int significant_digits_ = 0;

  Forms forms_;
  std::unique_ptr<TypeGuess> element_;
  std::vector<std::string> names_;
  std::map<std::string, TypeGuess> fields_;
};

/// The form of a date or time in a text.
struct TimeForm {
  enum class Kind { kNone, kDate, kTime, kTimestamp, kZonedTimestamp } kind = Kind::kNone;
  int fraction_digits = 0;
  bool iso = false;  // 'T' between date and time
};
TimeForm FormOfTime(std::string_view text);

}  // namespace millrace
