// SPDX-License-Identifier: Apache-2.0
// Column readers: row access to a kernel argument that hides scalar or array, offset and validity.
//
// A scalar is read with step 0, so one loop serves both. Readers borrow: the Datum must outlive
// them. `reader[i]` of a NULL row is an unspecified but safe value. ReaderFor<T> maps a C++ value
// type to its reader: bool, the integers, float, double, Int128 (DECIMAL unscaled),
// std::string_view.
#pragma once

#include <arrow/array/array_base.h>
#include <arrow/array/data.h>
#include <arrow/datum.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

#include "data/decimal.h"

namespace millrace {

/// Validity of an argument.
class ValidityReader {
 public:
  explicit ValidityReader(const arrow::Datum& datum) {
    if (datum.is_scalar()) {
      all_null_ = !datum.scalar()->is_valid;
      return;
    }
    const arrow::ArrayData& data = *datum.array();
    all_null_ = data.type->id() == arrow::Type::NA;
    if (!all_null_ && data.MayHaveNulls()) {
      bitmap_ = data.buffers[0]->data();
      offset_ = data.offset;
    }
  }

  bool IsNull(int64_t i) const {
    return all_null_ || (bitmap_ != nullptr && !arrow::bit_util::GetBit(bitmap_, offset_ + i));
  }
  bool may_have_nulls() const { return all_null_ || bitmap_ != nullptr; }
  bool all_null() const { return all_null_; }

 private:
  const uint8_t* bitmap_ = nullptr;
  int64_t offset_ = 0;
  bool all_null_ = false;
};

/// Fixed-width numbers; also DATE and TIME (int32), TIMESTAMP (int64 ticks), intervals (int32,
/// int64).
template <typename T>
class ColumnReader : public ValidityReader {
  static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>);

 public:
  explicit ColumnReader(const arrow::Datum& datum) : ValidityReader(datum) {
    if (all_null()) return;
    if (datum.is_scalar()) {
      const auto& scalar =
          static_cast<const arrow::internal::PrimitiveScalarBase&>(*datum.scalar());
      values_ = static_cast<const T*>(scalar.data());
    } else {
      values_ = datum.array()->GetValues<T>(1);
      step_ = 1;
    }
  }

  T operator[](int64_t i) const { return values_[i * step_]; }
  bool is_scalar() const { return step_ == 0; }
  /// The first value; contiguous when not a scalar.
  const T* values() const { return values_; }

 private:
  static constexpr T kZero{};
  const T* values_ = &kZero;
  int64_t step_ = 0;
};

/// BOOLEAN.
class BoolReader : public ValidityReader {
 public:
  explicit BoolReader(const arrow::Datum& datum) : ValidityReader(datum) {
    if (all_null()) return;
    if (datum.is_scalar()) {
      scalar_ = static_cast<const arrow::BooleanScalar&>(*datum.scalar()).value;
    } else {
      bits_ = datum.array()->buffers[1]->data();
      offset_ = datum.array()->offset;
    }
  }

  bool operator[](int64_t i) const {
    return bits_ != nullptr ? arrow::bit_util::GetBit(bits_, offset_ + i) : scalar_;
  }

 private:
  const uint8_t* bits_ = nullptr;
  int64_t offset_ = 0;
  bool scalar_ = false;
};

/// CHAR, VARCHAR, BINARY and VARBINARY.
class StringReader : public ValidityReader {
 public:
  explicit StringReader(const arrow::Datum& datum) : ValidityReader(datum) {
    if (all_null()) return;
    if (datum.is_scalar()) {
      const auto& scalar = static_cast<const arrow::BaseBinaryScalar&>(*datum.scalar());
      scalar_ = scalar.view();
    } else {
      const arrow::ArrayData& data = *datum.array();
      offsets_ = data.GetValues<int32_t>(1);
      if (data.buffers[2] != nullptr) {
        bytes_ = reinterpret_cast<const char*>(data.buffers[2]->data());
      }
    }
  }

  std::string_view operator[](int64_t i) const {
    if (offsets_ == nullptr) return scalar_;
    const int32_t begin = offsets_[i];
    return {bytes_ + begin, static_cast<size_t>(offsets_[i + 1] - begin)};
  }
  bool is_scalar() const { return offsets_ == nullptr; }

 private:
  const int32_t* offsets_ = nullptr;
  const char* bytes_ = "";
  std::string_view scalar_;
};

/// DECIMAL as its unscaled 128-bit integer.
class DecimalReader : public ValidityReader {
 public:
  explicit DecimalReader(const arrow::Datum& datum) : ValidityReader(datum) {
    if (all_null()) return;
    if (datum.is_scalar()) {
      const auto& scalar = static_cast<const arrow::Decimal128Scalar&>(*datum.scalar());
      const auto bytes = scalar.value.ToBytes();
      std::memcpy(&scalar_, bytes.data(), sizeof(scalar_));
    } else {
      const arrow::ArrayData& data = *datum.array();
      values_ = data.buffers[1]->data() + data.offset * static_cast<int64_t>(sizeof(Int128));
    }
  }

  Int128 operator[](int64_t i) const {
    if (values_ == nullptr) return scalar_;
    Int128 value;
    std::memcpy(&value, values_ + i * static_cast<int64_t>(sizeof(value)), sizeof(value));
    return value;
  }

 private:
  const uint8_t* values_ = nullptr;
  Int128 scalar_ = 0;
};

/// An argument as an Array, for nested types: a scalar becomes an array of one row. Row i of the
/// argument is row `row(i)` of `array()`.
class NestedReader : public ValidityReader {
 public:
  explicit NestedReader(const arrow::Datum& datum);

  const arrow::Array& array() const { return *array_; }
  int64_t row(int64_t i) const { return i * step_; }

 private:
  std::shared_ptr<arrow::Array> array_;
  int64_t step_ = 1;
};

template <typename T>
struct ReaderForImpl {
  using type = ColumnReader<T>;
};
template <>
struct ReaderForImpl<bool> {
  using type = BoolReader;
};
template <>
struct ReaderForImpl<std::string_view> {
  using type = StringReader;
};
template <>
struct ReaderForImpl<Int128> {
  using type = DecimalReader;
};
template <typename T>
using ReaderFor = typename ReaderForImpl<T>::type;

/// True if every argument is a scalar: the result is one too.
bool AllScalars(const std::vector<arrow::Datum>& args);

}  // namespace millrace
