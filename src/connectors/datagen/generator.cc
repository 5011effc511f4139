// SPDX-License-Identifier: Apache-2.0
#include "connectors/datagen/generator.h"

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "base/check.h"
#include "data/decimal.h"
#include "data/option_text.h"
#include "data/time/calendar.h"

namespace millrace {
namespace {

constexpr uint64_t kNullSalt = 0x6e756c6c;
constexpr uint64_t kLengthSalt = 0x6c656e;

double UnitOf(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

/// Uniform in [low, low + span]; span 2^64 - 1 takes all bits.
uint64_t ScaleBits(uint64_t bits, uint64_t span) {
  if (span == UINT64_MAX) return bits;
  return static_cast<uint64_t>(static_cast<UInt128>(bits) * (span + 1) >> 64);
}

template <typename T>
class IntegerGenerator final : public ColumnGenerator {
 public:
  IntegerGenerator(const DataType& type, uint64_t key, double null_rate, int64_t low, int64_t high)
      : ColumnGenerator(type.ToArrow(), key, null_rate),
        low_(low),
        span_(static_cast<uint64_t>(high) - static_cast<uint64_t>(low)) {}

  std::shared_ptr<arrow::ArrayData> Generate(const RowRange& rows) const override {
    auto buffer = AllocateValues(rows.count, sizeof(T));
    T* values = reinterpret_cast<T*>(buffer->mutable_data());
    uint64_t row = rows.first;
    for (int64_t i = 0; i < rows.count; ++i, row += rows.stride) {
      values[i] = static_cast<T>(static_cast<uint64_t>(low_) + ScaleBits(BitsOf(key_, row), span_));
    }
    return arrow::ArrayData::Make(type_, rows.count, {nullptr, std::move(buffer)}, 0);
  }

 private:
  int64_t low_;
  uint64_t span_;
};

template <typename T>
class RealGenerator final : public ColumnGenerator {
 public:
  RealGenerator(const DataType& type, uint64_t key, double null_rate, double low, double high)
      : ColumnGenerator(type.ToArrow(), key, null_rate), low_(low), high_(high) {}

  std::shared_ptr<arrow::ArrayData> Generate(const RowRange& rows) const override {
    auto buffer = AllocateValues(rows.count, sizeof(T));
    T* values = reinterpret_cast<T*>(buffer->mutable_data());
    uint64_t row = rows.first;
    for (int64_t i = 0; i < rows.count; ++i, row += rows.stride) {
      const double unit = UnitOf(BitsOf(key_, row));
      values[i] = static_cast<T>(low_ * (1 - unit) + high_ * unit);
    }
    return arrow::ArrayData::Make(type_, rows.count, {nullptr, std::move(buffer)}, 0);
  }

 private:
  double low_;
  double high_;
};

class DecimalGenerator final : public ColumnGenerator {
 public:
  DecimalGenerator(const DataType& type, uint64_t key, const FieldOptions& field)
      : ColumnGenerator(type.ToArrow(), key, field.null_rate) {
    const Int128 limit = PowerOfTen(type.precision()) - 1;
    const auto bound = [&](const std::optional<std::string>& text, Int128 otherwise) {
      return text ? ParseDecimal(*text, type.precision(), type.scale()).value_or(otherwise)
                  : otherwise;
    };
    low_ = bound(field.min, -limit);
    span_ = static_cast<UInt128>(bound(field.max, limit) - low_) + 1;
  }

  std::shared_ptr<arrow::ArrayData> Generate(const RowRange& rows) const override {
    auto buffer = AllocateValues(rows.count, sizeof(Int128));
    for (int64_t i = 0; i < rows.count; ++i) {
      const uint64_t row = rows.first + static_cast<uint64_t>(i) * rows.stride;
      const UInt128 bits = static_cast<UInt128>(BitsOf(key_, row)) << 64 | BitsOf(~key_, row);
      const Int128 value = low_ + static_cast<Int128>(bits % span_);
      std::memcpy(buffer->mutable_data() + i * static_cast<int64_t>(sizeof value), &value,
                  sizeof value);
    }
    return arrow::ArrayData::Make(type_, rows.count, {nullptr, std::move(buffer)}, 0);
  }

 private:
  Int128 low_;
  UInt128 span_;
};

class BooleanGenerator final : public ColumnGenerator {
 public:
  BooleanGenerator(const DataType& type, uint64_t key, double null_rate)
      : ColumnGenerator(type.ToArrow(), key, null_rate) {}

  std::shared_ptr<arrow::ArrayData> Generate(const RowRange& rows) const override {
    auto buffer = AllocateValues(arrow::bit_util::BytesForBits(rows.count), 1);
    for (int64_t i = 0; i < rows.count; ++i) {
      const uint64_t row = rows.first + static_cast<uint64_t>(i) * rows.stride;
      arrow::bit_util::SetBitTo(buffer->mutable_data(), i, BitsOf(key_, row) >> 63);
    }
    return arrow::ArrayData::Make(type_, rows.count, {nullptr, std::move(buffer)}, 0);
  }
};

/// Hexadecimal text, or bytes.
class TextGenerator final : public ColumnGenerator {
 public:
  TextGenerator(const DataType& type, uint64_t key, const FieldOptions& field, int64_t length)
      : ColumnGenerator(type.ToArrow(), key, field.null_rate),
        hex_(type.is_character()),
        variable_(field.variable_length),
        length_(length) {}

  std::shared_ptr<arrow::ArrayData> Generate(const RowRange& rows) const override {
    auto offsets_buffer = AllocateValues(rows.count + 1, sizeof(int32_t));
    auto bytes = AllocateValues(rows.count * length_ + 16, 1);
    auto* offsets = reinterpret_cast<int32_t*>(offsets_buffer->mutable_data());
    char* out = reinterpret_cast<char*>(bytes->mutable_data());
    int32_t at = 0;
    for (int64_t i = 0; i < rows.count; ++i) {
      const uint64_t row = rows.first + static_cast<uint64_t>(i) * rows.stride;
      const int64_t length = LengthOf(row);
      Fill(BitsOf(key_, row), length, out + at);
      at += static_cast<int32_t>(length);
      offsets[i + 1] = at;
    }
    return arrow::ArrayData::Make(type_, rows.count,
                                  {nullptr, std::move(offsets_buffer), std::move(bytes)}, 0);
  }

 private:
  int64_t LengthOf(uint64_t row) const {
    if (!variable_ || length_ == 0) return length_;
    return 1 + static_cast<int64_t>(
                   ScaleBits(BitsOf(key_ ^ kLengthSalt, row), static_cast<uint64_t>(length_ - 1)));
  }

  /// Writes in steps of 8 bytes, up to 7 beyond the end.
  void Fill(uint64_t state, int64_t length, char* out) const {
    for (int64_t done = 0; done < length; done += 8) {
      const uint64_t bits = BitsOf(state, static_cast<uint64_t>(done) + 1);
      uint64_t word = bits;
      if (hex_) {
        // Eight nibbles, each in a byte; those above 9 move on from ':' to 'a'.
        word = bits & 0xFFFFFFFF;
        word = (word | word << 16) & 0x0000FFFF0000FFFFull;
        word = (word | word << 8) & 0x00FF00FF00FF00FFull;
        word = (word | word << 4) & 0x0F0F0F0F0F0F0F0Full;
        const uint64_t letters = (word + 0x0606060606060606ull) >> 4 & 0x0101010101010101ull;
        word += 0x3030303030303030ull + letters * ('a' - '0' - 10);
      }
      std::memcpy(out + done, &word, 8);
    }
  }

  bool hex_;
  bool variable_;
  int64_t length_;
};

/// DATE and TIME are now; TIMESTAMP is up to max-past before now.
class TimeGenerator final : public ColumnGenerator {
 public:
  TimeGenerator(const DataType& type, uint64_t key, const FieldOptions& field)
      : ColumnGenerator(type.ToArrow(), key, field.null_rate),
        kind_(type.kind()),
        ticks_per_milli_(type.is_timestamp() ? TimestampTicksPerSecond(type.precision()) / 1000
                                             : 1),
        past_(static_cast<uint64_t>(field.max_past_ms)) {}

  std::shared_ptr<arrow::ArrayData> Generate(const RowRange& rows) const override {
    const bool small = kind_ == TypeKind::kDate || kind_ == TypeKind::kTime;
    auto buffer = AllocateValues(rows.count, small ? 4 : 8);
    const int64_t now = kind_ == TypeKind::kDate   ? FloorDiv(rows.now_ms, kMillisPerDay)
                        : kind_ == TypeKind::kTime ? FloorMod(rows.now_ms, kMillisPerDay)
                                                   : rows.now_ms;
    for (int64_t i = 0; i < rows.count; ++i) {
      if (small) {
        reinterpret_cast<int32_t*>(buffer->mutable_data())[i] = static_cast<int32_t>(now);
        continue;
      }
      const uint64_t row = rows.first + static_cast<uint64_t>(i) * rows.stride;
      const auto past = static_cast<int64_t>(ScaleBits(BitsOf(key_, row), past_));
      reinterpret_cast<int64_t*>(buffer->mutable_data())[i] = (now - past) * ticks_per_milli_;
    }
    return arrow::ArrayData::Make(type_, rows.count, {nullptr, std::move(buffer)}, 0);
  }

 private:
  TypeKind kind_;
  int64_t ticks_per_milli_;
  uint64_t past_;
};

template <typename T>
std::unique_ptr<ColumnGenerator> MakeInteger(const DataType& type, const FieldOptions& field,
                                             uint64_t key, int64_t low, int64_t high) {
  if (field.min) low = std::max<int64_t>(low, ParseOptionLong(*field.min).value_or(low));
  if (field.max) high = std::min<int64_t>(high, ParseOptionLong(*field.max).value_or(high));
  return std::make_unique<IntegerGenerator<T>>(type, key, field.null_rate, low,
                                               std::max(low, high));
}

template <typename T>
std::unique_ptr<ColumnGenerator> MakeInteger(const DataType& type, const FieldOptions& field,
                                             uint64_t key) {
  return MakeInteger<T>(type, field, key, std::numeric_limits<T>::min(),
                        std::numeric_limits<T>::max());
}

template <typename T>
std::unique_ptr<ColumnGenerator> MakeReal(const DataType& type, const FieldOptions& field,
                                          uint64_t key) {
  const double most = std::numeric_limits<T>::max();
  const double low = field.min ? ParseOptionDouble(*field.min).value_or(0) : -most;
  const double high = field.max ? ParseOptionDouble(*field.max).value_or(0) : most;
  return std::make_unique<RealGenerator<T>>(type, key, field.null_rate, low, high);
}

int64_t TextLength(const DataType& type, const FieldOptions& field) {
  if (field.length > 0) return field.length;
  return type.length() == DataType::kMaxLength ? 100 : type.length();
}

}  // namespace

std::shared_ptr<arrow::Buffer> AllocateValues(int64_t count, int64_t width) {
  auto buffer = arrow::AllocateBuffer(count * width);
  CHECK(buffer.ok());
  std::memset((*buffer)->mutable_data(), 0, static_cast<size_t>((*buffer)->size()));
  return std::move(buffer).ValueUnsafe();
}

std::shared_ptr<arrow::ArrayData> ColumnGenerator::GenerateColumn(const RowRange& rows) const {
  auto data = Generate(rows);
  if (null_rate_ <= 0) return data;
  auto validity = AllocateValues(arrow::bit_util::BytesForBits(rows.count), 1);
  int64_t nulls = 0;
  for (int64_t i = 0; i < rows.count; ++i) {
    const uint64_t row = rows.first + static_cast<uint64_t>(i) * rows.stride;
    const bool valid = UnitOf(BitsOf(key_ ^ kNullSalt, row)) >= null_rate_;
    arrow::bit_util::SetBitTo(validity->mutable_data(), i, valid);
    nulls += valid ? 0 : 1;
  }
  data->buffers[0] = std::move(validity);
  data->null_count = nulls;
  return data;
}

std::unique_ptr<ColumnGenerator> MakeColumnGenerator(const std::string& field_name,
                                                     const DataType& type, const Options& options,
                                                     uint64_t key) {
  const FieldOptions field = ReadFieldOptions(options, field_name);
  if (field.sequence) return MakeSequenceGenerator(type, field, key);
  switch (type.kind()) {
    case TypeKind::kBoolean: return std::make_unique<BooleanGenerator>(type, key, field.null_rate);
    case TypeKind::kTinyInt: return MakeInteger<int8_t>(type, field, key);
    case TypeKind::kSmallInt: return MakeInteger<int16_t>(type, field, key);
    case TypeKind::kInt: return MakeInteger<int32_t>(type, field, key);
    case TypeKind::kBigInt: return MakeInteger<int64_t>(type, field, key);
    case TypeKind::kIntervalYearMonth: return MakeInteger<int32_t>(type, field, key, 0, 120000);
    case TypeKind::kIntervalDayTime:
      return MakeInteger<int64_t>(type, field, key, 0, 365 * kMillisPerDay);
    case TypeKind::kFloat: return MakeReal<float>(type, field, key);
    case TypeKind::kDouble: return MakeReal<double>(type, field, key);
    case TypeKind::kDecimal: return std::make_unique<DecimalGenerator>(type, key, field);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return std::make_unique<TextGenerator>(type, key, field, TextLength(type, field));
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: return std::make_unique<TimeGenerator>(type, key, field);
    default: return MakeNestedGenerator(field_name, type, options, key);
  }
}

}  // namespace millrace
