// SPDX-License-Identifier: Apache-2.0
#include <arrow/array/array_binary.h>
#include <arrow/array/array_primitive.h>

#include <cmath>
#include <cstring>

#include "base/check.h"
#include "data/decimal.h"
#include "data/value_text.h"
#include "formats/columns/number_text.h"
#include "formats/columns/time_text.h"
#include "formats/json/encoder.h"
#include "formats/json/json_text.h"

namespace millrace {
namespace {

template <typename T>
class NumberEncoder final : public ValueEncoder {
 public:
  void Bind(const arrow::Array& column) override {
    ValueEncoder::Bind(column);
    values_ = column.data()->GetValues<T>(1);
  }
  void Append(int64_t row, std::string* out) override {
    if constexpr (std::is_integral_v<T>) {
      AppendInteger(values_[row], out);
    } else {
      // What JSON has no number for stands in quotes, as Jackson writes it.
      const bool quoted = !std::isfinite(values_[row]);
      if (quoted) out->push_back('"');
      if constexpr (sizeof(T) == 4) {
        AppendFloat(values_[row], out);
      } else {
        AppendDouble(values_[row], out);
      }
      if (quoted) out->push_back('"');
    }
  }

 private:
  const T* values_ = nullptr;
};

class BooleanEncoder final : public ValueEncoder {
 public:
  void Append(int64_t row, std::string* out) override {
    out->append(static_cast<const arrow::BooleanArray&>(*column_).Value(row) ? "true" : "false");
  }
};

/// Without trailing zeros and with an exponent for tens, or plain with all digits of the scale.
class DecimalEncoder final : public ValueEncoder {
 public:
  DecimalEncoder(int scale, bool plain) : scale_(scale), plain_(plain) {}
  void Append(int64_t row, std::string* out) override {
    Int128 value;
    std::memcpy(&value, static_cast<const arrow::FixedSizeBinaryArray&>(*column_).GetValue(row),
                sizeof value);
    if (plain_) {
      AppendDecimalPlain(value, scale_, out);
    } else {
      AppendStrippedDecimal(value, scale_, out);
    }
  }

 private:
  int scale_;
  bool plain_;
};

class TextEncoder final : public ValueEncoder {
 public:
  void Append(int64_t row, std::string* out) override {
    AppendJacksonString(static_cast<const arrow::BinaryArray&>(*column_).GetView(row), out);
  }
};

class BytesEncoder final : public ValueEncoder {
 public:
  void Append(int64_t row, std::string* out) override {
    out->push_back('"');
    AppendBase64Text(static_cast<const arrow::BinaryArray&>(*column_).GetView(row), out);
    out->push_back('"');
  }
};

class DateEncoder final : public ValueEncoder {
 public:
  void Append(int64_t row, std::string* out) override {
    out->push_back('"');
    AppendDate(column_->data()->GetValues<int32_t>(1)[row], out);
    out->push_back('"');
  }
};

class TimeEncoder final : public ValueEncoder {
 public:
  void Append(int64_t row, std::string* out) override {
    out->push_back('"');
    AppendTimeOfDayText(column_->data()->GetValues<int32_t>(1)[row] * int64_t{1'000'000}, out);
    out->push_back('"');
  }
};

class TimestampEncoder final : public ValueEncoder {
 public:
  TimestampEncoder(const DataType& type, bool iso)
      : ticks_per_second_(TimestampTicksPerSecond(type.precision())),
        separator_(iso ? 'T' : ' '),
        zoned_(type.kind() == TypeKind::kTimestampLtz) {}
  void Append(int64_t row, std::string* out) override {
    int64_t days = 0;
    int64_t nanos = 0;
    SplitTicks(column_->data()->GetValues<int64_t>(1)[row], ticks_per_second_, &days, &nanos);
    out->push_back('"');
    AppendDate(days, out);
    out->push_back(separator_);
    AppendTimeOfDayText(nanos, out);
    out->append(zoned_ ? "Z\"" : "\"");
  }

 private:
  int64_t ticks_per_second_;
  char separator_;
  bool zoned_;
};

}  // namespace

bool ValueEncoder::IsNull(int64_t row) const { return column_->IsNull(row); }

std::unique_ptr<ValueEncoder> MakeValueEncoder(const DataType& type,
                                               const JsonEncodeSettings& settings) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return std::make_unique<BooleanEncoder>();
    case TypeKind::kTinyInt: return std::make_unique<NumberEncoder<int8_t>>();
    case TypeKind::kSmallInt: return std::make_unique<NumberEncoder<int16_t>>();
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth: return std::make_unique<NumberEncoder<int32_t>>();
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime: return std::make_unique<NumberEncoder<int64_t>>();
    case TypeKind::kFloat: return std::make_unique<NumberEncoder<float>>();
    case TypeKind::kDouble: return std::make_unique<NumberEncoder<double>>();
    case TypeKind::kDecimal:
      return std::make_unique<DecimalEncoder>(type.scale(), settings.plain_decimals);
    case TypeKind::kChar:
    case TypeKind::kVarchar: return std::make_unique<TextEncoder>();
    case TypeKind::kBinary:
    case TypeKind::kVarbinary: return std::make_unique<BytesEncoder>();
    case TypeKind::kDate: return std::make_unique<DateEncoder>();
    case TypeKind::kTime: return std::make_unique<TimeEncoder>();
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return std::make_unique<TimestampEncoder>(type, settings.iso_timestamps);
    default: return MakeNestedEncoder(type, settings);
  }
}

}  // namespace millrace
