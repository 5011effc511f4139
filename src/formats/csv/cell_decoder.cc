// SPDX-License-Identifier: Apache-2.0
// Flink's conversions of CSV text: numbers and booleans are trimmed, decimals and dates are not.
#include "formats/csv/cell_decoder.h"

#include <cstring>
#include <type_traits>

#include "base/check.h"
#include "data/decimal.h"
#include "formats/columns/number_text.h"
#include "formats/columns/time_text.h"

namespace millrace {
namespace {

/// Cells whose text becomes one fixed-width value.
template <typename T>
class FixedCell : public CellDecoder {
 public:
  explicit FixedCell(const DataType& type)
      : CellDecoder(type.Nullable().ToString()), builder_(type.ToArrow()) {
    column_ = &builder_;
  }
  bool Decode(std::string_view text) override {
    const std::optional<T> value = Parse(text);
    if (value) builder_.Append(*value);
    return value.has_value();
  }

 protected:
  virtual std::optional<T> Parse(std::string_view text) = 0;

 private:
  FixedBuilder<T> builder_;
};

template <typename T>
class NumberCell final : public FixedCell<T> {
 public:
  using FixedCell<T>::FixedCell;

 protected:
  std::optional<T> Parse(std::string_view text) override {
    if constexpr (std::is_same_v<T, double>) {
      return ParseJavaDouble(text);
    } else if constexpr (std::is_same_v<T, float>) {
      return ParseJavaFloat(text);
    } else {
      return ParseJavaInteger<T>(TrimJava(text));
    }
  }
};

class DateCell final : public FixedCell<int32_t> {
 public:
  using FixedCell::FixedCell;

 protected:
  std::optional<int32_t> Parse(std::string_view text) override { return ReadLenientDateText(text); }
};

class TimeCell final : public FixedCell<int32_t> {
 public:
  explicit TimeCell(const DataType& type) : FixedCell(type), step_(1) {
    for (int digits = type.precision(); digits < 3; ++digits) step_ *= 10;
  }

 protected:
  std::optional<int32_t> Parse(std::string_view text) override {
    const auto millis = ReadTimeText(text, true);
    if (!millis) return std::nullopt;
    return *millis / step_ * step_;
  }

 private:
  int32_t step_;
};

class TimestampCell final : public FixedCell<int64_t> {
 public:
  explicit TimestampCell(const DataType& type)
      : FixedCell(type),
        ticks_per_second_(TimestampTicksPerSecond(type.precision())),
        zoned_(type.kind() == TypeKind::kTimestampLtz) {
    if (zoned_) expected_ += " with a zone such as 2024-01-01 00:00:00Z";
  }

 protected:
  std::optional<int64_t> Parse(std::string_view text) override {
    const auto parsed = reader_.Read(TrimJava(text));
    if (!parsed || (zoned_ && !parsed->offset_seconds)) return std::nullopt;
    return TimestampTicks(*parsed, ticks_per_second_);
  }

 private:
  TimestampTextReader reader_;
  int64_t ticks_per_second_;
  bool zoned_;
};

class BooleanCell final : public CellDecoder {
 public:
  explicit BooleanCell(const DataType& type)
      : CellDecoder(type.Nullable().ToString()), builder_(type.ToArrow()) {
    column_ = &builder_;
  }
  bool Decode(std::string_view text) override {
    builder_.Append(ParseJavaBoolean(text));
    return true;
  }

 private:
  BooleanBuilder builder_;
};

class DecimalCell final : public CellDecoder {
 public:
  explicit DecimalCell(const DataType& type)
      : CellDecoder(type.Nullable().ToString()),
        builder_(type.ToArrow()),
        precision_(type.precision()),
        scale_(type.scale()) {
    column_ = &builder_;
  }
  bool Decode(std::string_view text) override {
    bool valid = false;
    const auto value = ParseDecimal(text, precision_, scale_, &valid);
    if (!valid) return false;
    if (value) {
      builder_.Append(*value);
    } else {
      builder_.AppendNull();  // more digits than the type has
    }
    return true;
  }

 private:
  FixedBuilder<Int128> builder_;
  int precision_;
  int scale_;
};

class TextCell final : public CellDecoder {
 public:
  explicit TextCell(const DataType& type)
      : CellDecoder(type.Nullable().ToString()), builder_(type.ToArrow()) {
    column_ = &builder_;
  }
  bool Decode(std::string_view text) override {
    if (!builder_.HasRoom(text.size())) return false;
    builder_.Append(text);
    return true;
  }

 private:
  TextBuilder builder_;
};

class BytesCell final : public CellDecoder {
 public:
  explicit BytesCell(const DataType& type)
      : CellDecoder(type.Nullable().ToString() + " in base64"), builder_(type.ToArrow()) {
    column_ = &builder_;
  }
  bool Decode(std::string_view text) override {
    if (!builder_.HasRoom(text.size())) return false;
    const auto length = DecodeBase64Text(text, builder_.Begin(text.size()));
    if (length) builder_.Commit(*length);
    return length.has_value();
  }

 private:
  TextBuilder builder_;
};

}  // namespace

bool CsvSupports(const DataType& type, bool nested) {
  switch (type.kind()) {
    case TypeKind::kArray: return !nested && CsvSupports(type.element(), true);
    case TypeKind::kRow:
      if (nested) return false;
      for (const DataType::Field& field : type.fields()) {
        if (!CsvSupports(field.type, true)) return false;
      }
      return true;
    case TypeKind::kTime: return type.precision() <= 3;
    case TypeKind::kNull:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kVariant:
    case TypeKind::kBitmap:
    case TypeKind::kRaw: return false;
    default: return true;
  }
}

std::unique_ptr<CellDecoder> MakeCellDecoder(const DataType& type, const CsvDialect& dialect) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return std::make_unique<BooleanCell>(type);
    case TypeKind::kTinyInt: return std::make_unique<NumberCell<int8_t>>(type);
    case TypeKind::kSmallInt: return std::make_unique<NumberCell<int16_t>>(type);
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth: return std::make_unique<NumberCell<int32_t>>(type);
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime: return std::make_unique<NumberCell<int64_t>>(type);
    case TypeKind::kFloat: return std::make_unique<NumberCell<float>>(type);
    case TypeKind::kDouble: return std::make_unique<NumberCell<double>>(type);
    case TypeKind::kDecimal: return std::make_unique<DecimalCell>(type);
    case TypeKind::kChar:
    case TypeKind::kVarchar: return std::make_unique<TextCell>(type);
    case TypeKind::kBinary:
    case TypeKind::kVarbinary: return std::make_unique<BytesCell>(type);
    case TypeKind::kDate: return std::make_unique<DateCell>(type);
    case TypeKind::kTime: return std::make_unique<TimeCell>(type);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: return std::make_unique<TimestampCell>(type);
    default: return MakeNestedCellDecoder(type, dialect);
  }
}

}  // namespace millrace
