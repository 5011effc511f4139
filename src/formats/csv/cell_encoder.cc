// SPDX-License-Identifier: Apache-2.0
#include <arrow/array/array_binary.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/array_primitive.h>

#include <cstring>
#include <type_traits>

#include "base/check.h"
#include "data/decimal.h"
#include "data/value_text.h"
#include "formats/columns/number_text.h"
#include "formats/columns/time_text.h"
#include "formats/csv/encoder.h"

namespace millrace {
namespace {

template <typename T>
class NumberCell final : public CellEncoder {
 public:
  NumberCell() : CellEncoder(false) {}
  void Append(int64_t row, std::string* out) override {
    const T value = column_->data()->GetValues<T>(1)[row];
    if constexpr (std::is_integral_v<T>) {
      AppendInteger(value, out);
    } else if constexpr (sizeof(T) == 4) {
      AppendFloat(value, out);
    } else {
      AppendDouble(value, out);
    }
  }
};

class BooleanCell final : public CellEncoder {
 public:
  BooleanCell() : CellEncoder(false) {}
  void Append(int64_t row, std::string* out) override {
    out->append(static_cast<const arrow::BooleanArray&>(*column_).Value(row) ? "true" : "false");
  }
};

class DecimalCell final : public CellEncoder {
 public:
  DecimalCell(int scale, bool scientific)
      : CellEncoder(false), scale_(scale), scientific_(scientific) {}
  void Append(int64_t row, std::string* out) override {
    Int128 value;
    std::memcpy(&value, static_cast<const arrow::FixedSizeBinaryArray&>(*column_).GetValue(row),
                sizeof value);
    if (scientific_) {
      AppendStrippedDecimal(value, scale_, out);
    } else {
      AppendDecimalPlain(value, scale_, out);
    }
  }

 private:
  int scale_;
  bool scientific_;
};

class TextCell final : public CellEncoder {
 public:
  TextCell() : CellEncoder(true) {}
  void Append(int64_t row, std::string* out) override {
    out->append(static_cast<const arrow::BinaryArray&>(*column_).GetView(row));
  }
};

class BytesCell final : public CellEncoder {
 public:
  BytesCell() : CellEncoder(true) {}
  void Append(int64_t row, std::string* out) override {
    AppendBase64Text(static_cast<const arrow::BinaryArray&>(*column_).GetView(row), out);
  }
};

class DateCell final : public CellEncoder {
 public:
  DateCell() : CellEncoder(true) {}
  void Append(int64_t row, std::string* out) override {
    AppendDate(column_->data()->GetValues<int32_t>(1)[row], out);
  }
};

class TimeCell final : public CellEncoder {
 public:
  TimeCell() : CellEncoder(true) {}
  void Append(int64_t row, std::string* out) override {
    AppendTimeOfDayText(column_->data()->GetValues<int32_t>(1)[row] * int64_t{1'000'000}, out);
  }
};

class TimestampCell final : public CellEncoder {
 public:
  explicit TimestampCell(const DataType& type)
      : CellEncoder(true),
        ticks_per_second_(TimestampTicksPerSecond(type.precision())),
        zoned_(type.kind() == TypeKind::kTimestampLtz) {}
  void Append(int64_t row, std::string* out) override {
    int64_t days = 0;
    int64_t nanos = 0;
    SplitTicks(column_->data()->GetValues<int64_t>(1)[row], ticks_per_second_, &days, &nanos);
    AppendDate(days, out);
    out->push_back(' ');
    AppendTimeOfDayText(nanos, out);
    if (zoned_) out->push_back('Z');
  }

 private:
  int64_t ticks_per_second_;
  bool zoned_;
};

class ArrayCell final : public CellEncoder {
 public:
  ArrayCell(std::unique_ptr<CellEncoder> element, const CsvDialect& dialect)
      : CellEncoder(true), element_(std::move(element)), dialect_(dialect) {}
  void Bind(const arrow::Array& column) override {
    CellEncoder::Bind(column);
    element_->Bind(*static_cast<const arrow::ListArray&>(column).values());
  }
  void Append(int64_t row, std::string* out) override {
    const auto& list = static_cast<const arrow::ListArray&>(*column_);
    for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      if (i > list.value_offset(row)) out->append(dialect_.array_delimiter);
      if (element_->IsNull(i)) {
        out->append(dialect_.null_literal.value_or(""));
      } else {
        element_->Append(i, out);
      }
    }
  }

 private:
  std::unique_ptr<CellEncoder> element_;
  CsvDialect dialect_;
};

class RowCell final : public CellEncoder {
 public:
  RowCell(const DataType& type, const CsvDialect& dialect) : CellEncoder(true), dialect_(dialect) {
    for (const DataType::Field& field : type.fields()) {
      fields_.push_back(MakeCellEncoder(field.type, dialect));
    }
  }
  void Bind(const arrow::Array& column) override {
    CellEncoder::Bind(column);
    const auto& rows = static_cast<const arrow::StructArray&>(column);
    for (size_t i = 0; i < fields_.size(); ++i) fields_[i]->Bind(*rows.field(static_cast<int>(i)));
  }
  void Append(int64_t row, std::string* out) override {
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (i > 0) out->append(dialect_.array_delimiter);
      if (fields_[i]->IsNull(row)) {
        out->append(dialect_.null_literal.value_or(""));
      } else {
        fields_[i]->Append(row, out);
      }
    }
  }

 private:
  std::vector<std::unique_ptr<CellEncoder>> fields_;
  CsvDialect dialect_;
};

}  // namespace

bool CellEncoder::IsNull(int64_t row) const { return column_->IsNull(row); }

std::unique_ptr<CellEncoder> MakeCellEncoder(const DataType& type, const CsvDialect& dialect) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return std::make_unique<BooleanCell>();
    case TypeKind::kTinyInt: return std::make_unique<NumberCell<int8_t>>();
    case TypeKind::kSmallInt: return std::make_unique<NumberCell<int16_t>>();
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth: return std::make_unique<NumberCell<int32_t>>();
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime: return std::make_unique<NumberCell<int64_t>>();
    case TypeKind::kFloat: return std::make_unique<NumberCell<float>>();
    case TypeKind::kDouble: return std::make_unique<NumberCell<double>>();
    case TypeKind::kDecimal:
      return std::make_unique<DecimalCell>(type.scale(), dialect.scientific_decimals);
    case TypeKind::kChar:
    case TypeKind::kVarchar: return std::make_unique<TextCell>();
    case TypeKind::kBinary:
    case TypeKind::kVarbinary: return std::make_unique<BytesCell>();
    case TypeKind::kDate: return std::make_unique<DateCell>();
    case TypeKind::kTime: return std::make_unique<TimeCell>();
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: return std::make_unique<TimestampCell>(type);
    case TypeKind::kArray:
      return std::make_unique<ArrayCell>(MakeCellEncoder(type.element(), dialect), dialect);
    default: break;
  }
  CHECK(type.kind() == TypeKind::kRow);
  return std::make_unique<RowCell>(type, dialect);
}

}  // namespace millrace
