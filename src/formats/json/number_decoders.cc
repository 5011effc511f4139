// SPDX-License-Identifier: Apache-2.0
// Numbers, with Flink's leniency: a number may stand in a string, INT and BIGINT cut off a
// fraction, DECIMAL rounds half up and is NULL when it does not fit. Integers never pass through a
// double.
#include <cmath>
#include <cstring>
#include <type_traits>

#include "base/check.h"
#include "data/decimal.h"
#include "formats/columns/number_text.h"
#include "formats/json/value_decoder.h"

namespace millrace {
namespace {

/// Powers of ten that a double holds exactly.
constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// Whether the 8 bytes at `p` are digits; there are 8 readable bytes behind every record.
bool AreEightDigits(const char* p) {
  uint64_t word = 0;
  std::memcpy(&word, p, 8);
  return ((word & 0xF0F0F0F0F0F0F0F0ull) |
          ((word + 0x0606060606060606ull) & 0xF0F0F0F0F0F0F0F0ull) >> 4) == 0x3333333333333333ull;
}

/// Their value, by adding neighbours in pairs. REQUIRES: AreEightDigits(p), little endian.
uint64_t ReadEightDigits(const char* p) {
  uint64_t word = 0;
  std::memcpy(&word, p, 8);
  word = (word & 0x0F0F0F0F0F0F0F0Full) * 2561 >> 8;
  word = (word & 0x00FF00FF00FF00FFull) * 6553601 >> 16;
  return (word & 0x0000FFFF0000FFFFull) * 42949672960001ull >> 32;
}

bool IsNumberStart(char c) { return c == '-' || static_cast<unsigned char>(c - '0') < 10; }

template <typename T>
class IntegerDecoder final : public ValueDecoder {
 public:
  explicit IntegerDecoder(const DataType& type)
      : ValueDecoder(type.Nullable().ToString()), builder_(type.ToArrow()) {
    column_ = &builder_;
  }

  bool Decode(JsonCursor& in) override {
    const char first = in.Peek();
    if (IsNumberStart(first)) [[likely]]
      return DecodeNumber(in, first == '-');
    if (first != '"') return Refuse(in);
    std::string_view text;
    if (!in.Text(&scratch_, &text)) return false;
    const auto value = ParseJavaInteger<T>(TrimJava(text));
    if (!value) return Refuse(in);
    builder_.Append(*value);
    in.Advance();
    return true;
  }

 private:
  bool DecodeNumber(JsonCursor& in, bool negative) {
    const char* p = in.here() + negative;
    const char* digits = p;
    uint64_t value = 0;
    for (; static_cast<unsigned char>(*p - '0') < 10 && p - digits < 19; ++p) {
      value = value * 10 + static_cast<uint64_t>(*p - '0');
    }
    const bool plain = p > digits && p - digits < 19 && (*digits != '0' || p - digits == 1);
    if (!plain || !in.EndsAt(p)) [[unlikely]]
      return DecodeUnusual(in);
    const int64_t number = negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
    if (static_cast<T>(number) != number) return Refuse(in);
    builder_.Append(static_cast<T>(number));
    in.Advance();
    return true;
  }

  /// Nineteen digits or more, a fraction, an exponent, or no number at all.
  bool DecodeUnusual(JsonCursor& in) {
    JsonNumber number;
    if (!in.Number(&number)) return false;
    if (number.integer) {
      const auto value = ParseJavaInteger<T>(number.text);
      if (!value) return Refuse(in);
      builder_.Append(*value);
    } else {
      // Flink's TINYINT and SMALLINT take no fraction.
      if constexpr (sizeof(T) < 4) return Refuse(in);
      const double value =
          ParseDecimalDouble(number.text.data(), number.text.data() + number.text.size());
      constexpr double kLimit = sizeof(T) == 4 ? 2147483648.0 : 9223372036854775808.0;
      const bool fits = sizeof(T) == 4 ? value <= kLimit - 1 : value < kLimit;
      if (!(value >= -kLimit && fits)) return Refuse(in);
      builder_.Append(static_cast<T>(value));
    }
    in.Advance();
    return true;
  }

  FixedBuilder<T> builder_;
  std::string scratch_;
};

template <typename T>
class RealDecoder final : public ValueDecoder {
 public:
  explicit RealDecoder(const DataType& type)
      : ValueDecoder(type.Nullable().ToString()), builder_(type.ToArrow()) {
    column_ = &builder_;
  }

  bool Decode(JsonCursor& in) override {
    const char first = in.Peek();
    if (IsNumberStart(first)) [[likely]] {
      if constexpr (std::is_same_v<T, double>) {
        if (AppendPlain(in)) [[likely]]
          return true;
      }
      JsonNumber number;
      if (!in.Number(&number)) return false;
      const char* begin = number.text.data();
      if constexpr (std::is_same_v<T, double>) {
        builder_.Append(ParseDecimalDouble(begin, begin + number.text.size()));
      } else {
        builder_.Append(ParseJavaFloat(number.text).value_or(0));
      }
      in.Advance();
      return true;
    }
    if (first != '"') return Refuse(in);
    std::string_view text;
    if (!in.Text(&scratch_, &text)) return false;
    const auto value = [&] {
      if constexpr (std::is_same_v<T, double>)
        return ParseJavaDouble(text);
      else
        return ParseJavaFloat(text);
    }();
    if (!value) return Refuse(in);
    builder_.Append(*value);
    in.Advance();
    return true;
  }

 private:
  /// Takes a number without exponent whose digits fit a double's mantissa, by one exact division.
  /// False, and nothing taken, for all others.
  bool AppendPlain(JsonCursor& in) {
    const char* begin = in.here();
    const bool negative = *begin == '-';
    const char* p = begin + negative;
    const char* digits = p;
    uint64_t mantissa = 0;
    while (IsDigit(*p)) mantissa = mantissa * 10 + static_cast<uint64_t>(*p++ - '0');
    if (p == digits || (*digits == '0' && p - digits > 1)) return false;
    const char* point = p;
    if (*p == '.') {
      ++p;
      while (AreEightDigits(p)) {
        mantissa = mantissa * 100'000'000 + ReadEightDigits(p);
        p += 8;
      }
      while (IsDigit(*p)) mantissa = mantissa * 10 + static_cast<uint64_t>(*p++ - '0');
      if (p == point + 1) return false;
    }
    const int64_t decimals = p == point ? 0 : p - point - 1;
    if (p - digits > 18 || mantissa > (uint64_t{1} << 53) || !in.EndsAt(p)) return false;
    const double value = static_cast<double>(mantissa) / kExactPowers[decimals];
    builder_.Append(negative ? -value : value);
    in.Advance();
    return true;
  }

  FixedBuilder<T> builder_;
  std::string scratch_;
};

class DecimalDecoder final : public ValueDecoder {
 public:
  explicit DecimalDecoder(const DataType& type)
      : ValueDecoder(type.Nullable().ToString()),
        builder_(type.ToArrow()),
        precision_(type.precision()),
        scale_(type.scale()) {
    column_ = &builder_;
  }

  bool Decode(JsonCursor& in) override {
    const char first = in.Peek();
    std::string_view text;
    if (IsNumberStart(first)) {
      JsonNumber number;
      if (!in.Number(&number)) return false;
      text = number.text;
    } else if (first == '"') {
      if (!in.Text(&scratch_, &text)) return false;
      text = TrimJava(text);
    } else {
      return Refuse(in);
    }
    bool valid = false;
    const auto value = ParseDecimal(text, precision_, scale_, &valid);
    if (!valid) return Refuse(in);
    if (value) {
      builder_.Append(*value);
    } else {
      builder_.AppendNull();
    }
    in.Advance();
    return true;
  }

 private:
  FixedBuilder<Int128> builder_;
  int precision_;
  int scale_;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<ValueDecoder> MakeNumberDecoder(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kTinyInt: return std::make_unique<IntegerDecoder<int8_t>>(type);
    case TypeKind::kSmallInt: return std::make_unique<IntegerDecoder<int16_t>>(type);
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth: return std::make_unique<IntegerDecoder<int32_t>>(type);
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime: return std::make_unique<IntegerDecoder<int64_t>>(type);
    case TypeKind::kFloat: return std::make_unique<RealDecoder<float>>(type);
    case TypeKind::kDouble: return std::make_unique<RealDecoder<double>>(type);
    case TypeKind::kDecimal: return std::make_unique<DecimalDecoder>(type);
    default: break;
  }
  CheckFailed(__FILE__, __LINE__, "json decoder for " + type.ToString());
}

}  // namespace millrace
