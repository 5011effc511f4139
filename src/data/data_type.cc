// SPDX-License-Identifier: Apache-2.0
#include "data/data_type.h"

#include <arrow/type.h>

#include <array>

#include "base/check.h"

namespace millrace {

DataType DataType::Of(TypeKind kind) {
  switch (kind) {
    case TypeKind::kDecimal: return Decimal(10, 0);
    case TypeKind::kChar: return Char(1);
    case TypeKind::kVarchar: return String();
    case TypeKind::kBinary: return Binary(1);
    case TypeKind::kVarbinary: return Bytes();
    case TypeKind::kTime: return Time();
    case TypeKind::kTimestamp: return Timestamp();
    case TypeKind::kTimestampLtz: return TimestampLtz();
    default: return DataType(kind);
  }
}

DataType DataType::Null() { return DataType(TypeKind::kNull); }
DataType DataType::Boolean() { return DataType(TypeKind::kBoolean); }
DataType DataType::TinyInt() { return DataType(TypeKind::kTinyInt); }
DataType DataType::SmallInt() { return DataType(TypeKind::kSmallInt); }
DataType DataType::Int() { return DataType(TypeKind::kInt); }
DataType DataType::BigInt() { return DataType(TypeKind::kBigInt); }
DataType DataType::Float() { return DataType(TypeKind::kFloat); }
DataType DataType::Double() { return DataType(TypeKind::kDouble); }
DataType DataType::Date() { return DataType(TypeKind::kDate); }
DataType DataType::IntervalYearMonth() { return DataType(TypeKind::kIntervalYearMonth); }
DataType DataType::IntervalDayTime() { return DataType(TypeKind::kIntervalDayTime); }

DataType DataType::Decimal(int precision, int scale) {
  DataType type(TypeKind::kDecimal);
  type.precision_ = precision;
  type.scale_ = scale;
  return type;
}

DataType DataType::Char(int length) {
  DataType type(TypeKind::kChar);
  type.length_ = length;
  return type;
}

DataType DataType::Varchar(int length) {
  DataType type(TypeKind::kVarchar);
  type.length_ = length;
  return type;
}

DataType DataType::String() { return Varchar(kMaxLength); }

DataType DataType::Binary(int length) {
  DataType type(TypeKind::kBinary);
  type.length_ = length;
  return type;
}

DataType DataType::Varbinary(int length) {
  DataType type(TypeKind::kVarbinary);
  type.length_ = length;
  return type;
}

DataType DataType::Bytes() { return Varbinary(kMaxLength); }

DataType DataType::Time(int precision) {
  DataType type(TypeKind::kTime);
  type.precision_ = precision;
  return type;
}

DataType DataType::Timestamp(int precision) {
  DataType type(TypeKind::kTimestamp);
  type.precision_ = precision;
  return type;
}

DataType DataType::TimestampLtz(int precision) {
  DataType type(TypeKind::kTimestampLtz);
  type.precision_ = precision;
  return type;
}

DataType DataType::Array(DataType element) {
  DataType type(TypeKind::kArray);
  type.children_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"element", std::move(element)}});
  return type;
}

DataType DataType::Map(DataType key, DataType value) {
  DataType type(TypeKind::kMap);
  type.children_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"key", std::move(key)}, {"value", std::move(value)}});
  return type;
}

DataType DataType::Multiset(DataType element) {
  DataType type(TypeKind::kMultiset);
  type.children_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"element", std::move(element)}});
  return type;
}

DataType DataType::Row(std::vector<Field> fields) {
  DataType type(TypeKind::kRow);
  type.children_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}

const DataType& DataType::element() const {
  CHECK(kind_ == TypeKind::kArray || kind_ == TypeKind::kMultiset);
  return (*children_)[0].type;
}

const DataType& DataType::key() const {
  CHECK(kind_ == TypeKind::kMap);
  return (*children_)[0].type;
}

const DataType& DataType::value() const {
  CHECK(kind_ == TypeKind::kMap);
  return (*children_)[1].type;
}

const std::vector<DataType::Field>& DataType::fields() const {
  CHECK(kind_ == TypeKind::kRow);
  return *children_;
}

DataType DataType::Nullable(bool nullable) const {
  DataType copy = *this;
  copy.nullable_ = nullable;
  return copy;
}

DataType DataType::WithTimeAttribute(TimeAttribute attribute) const {
  DataType copy = *this;
  copy.time_attribute_ = attribute;
  return copy;
}

bool DataType::EqualIgnoringNull(const DataType& other) const {
  if (kind_ != other.kind_ || precision_ != other.precision_ || scale_ != other.scale_ ||
      length_ != other.length_) {
    return false;
  }
  if (children_ == other.children_) return true;
  return children_ != nullptr && other.children_ != nullptr && *children_ == *other.children_;
}

bool DataType::operator==(const DataType& other) const {
  return nullable_ == other.nullable_ && EqualIgnoringNull(other);
}

namespace {

std::string WithLength(std::string_view name, int length) {
  return std::string(name) + "(" + std::to_string(length) + ")";
}

std::string QuoteName(std::string_view name) {
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted.push_back('`');
    quoted.push_back(c);
  }
  return quoted + "`";
}

std::string RowText(const std::vector<DataType::Field>& fields) {
  std::string text = "ROW<";
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text += ", ";
    text += QuoteName(fields[i].name) + " " + fields[i].type.ToString();
  }
  return text + ">";
}

std::string PlainText(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kNull: return "NULL";
    case TypeKind::kBoolean: return "BOOLEAN";
    case TypeKind::kTinyInt: return "TINYINT";
    case TypeKind::kSmallInt: return "SMALLINT";
    case TypeKind::kInt: return "INT";
    case TypeKind::kBigInt: return "BIGINT";
    case TypeKind::kFloat: return "FLOAT";
    case TypeKind::kDouble: return "DOUBLE";
    case TypeKind::kDecimal:
      return "DECIMAL(" + std::to_string(type.precision()) + ", " + std::to_string(type.scale()) +
             ")";
    case TypeKind::kChar: return WithLength("CHAR", type.length());
    case TypeKind::kVarchar:
      return type.is_string_type() ? "STRING" : WithLength("VARCHAR", type.length());
    case TypeKind::kBinary: return WithLength("BINARY", type.length());
    case TypeKind::kVarbinary:
      return type.length() == DataType::kMaxLength ? "BYTES"
                                                   : WithLength("VARBINARY", type.length());
    case TypeKind::kDate: return "DATE";
    case TypeKind::kTime: return WithLength("TIME", type.precision());
    case TypeKind::kTimestamp: return WithLength("TIMESTAMP", type.precision());
    case TypeKind::kTimestampLtz: return WithLength("TIMESTAMP_LTZ", type.precision());
    case TypeKind::kIntervalYearMonth: return "INTERVAL MONTH";
    case TypeKind::kIntervalDayTime: return "INTERVAL SECOND(3)";
    case TypeKind::kArray: return "ARRAY<" + type.element().ToString() + ">";
    case TypeKind::kMap:
      return "MAP<" + type.key().ToString() + ", " + type.value().ToString() + ">";
    case TypeKind::kMultiset: return "MULTISET<" + type.element().ToString() + ">";
    case TypeKind::kRow: return RowText(type.fields());
    case TypeKind::kVariant: return "VARIANT";
    case TypeKind::kBitmap: return "BITMAP";
    case TypeKind::kRaw: return "RAW";
  }
  return "?";
}

std::shared_ptr<arrow::DataType> DecimalArrow(int precision, int scale) {
  // Made once for all: kernels ask for them per batch, and making one costs an allocation.
  using Row = std::array<std::shared_ptr<arrow::DataType>, 39>;
  static const auto* const types = [] {
    auto* made = new std::array<Row, 39>;
    for (int p = 1; p <= 38; ++p) {
      for (int s = 0; s <= p; ++s) {
        (*made)[static_cast<size_t>(p)][static_cast<size_t>(s)] = arrow::decimal128(p, s);
      }
    }
    return made;
  }();
  return (*types)[static_cast<size_t>(precision)][static_cast<size_t>(scale)];
}

std::shared_ptr<arrow::DataType> TimestampArrow(int precision, bool with_zone) {
  static const std::array<std::shared_ptr<arrow::DataType>, 6> types = {
      arrow::timestamp(arrow::TimeUnit::MILLI),
      arrow::timestamp(arrow::TimeUnit::MICRO),
      arrow::timestamp(arrow::TimeUnit::NANO),
      arrow::timestamp(arrow::TimeUnit::MILLI, "UTC"),
      arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
      arrow::timestamp(arrow::TimeUnit::NANO, "UTC")};
  const size_t unit = precision <= 3 ? 0 : precision <= 6 ? 1 : 2;
  return types[unit + (with_zone ? 3 : 0)];
}

std::shared_ptr<arrow::DataType> NestedArrow(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kArray: return arrow::list(type.element().ToArrow());
    case TypeKind::kMap: return arrow::map(type.key().ToArrow(), type.value().ToArrow());
    case TypeKind::kMultiset: return arrow::map(type.element().ToArrow(), arrow::int32());
    default: break;
  }
  CHECK(type.kind() == TypeKind::kRow);
  arrow::FieldVector fields;
  for (const DataType::Field& field : type.fields()) {
    fields.push_back(arrow::field(field.name, field.type.ToArrow()));
  }
  return arrow::struct_(std::move(fields));
}

}  // namespace

std::string DataType::ToString() const {
  std::string text = PlainText(*this);
  return nullable_ ? text : text + " NOT NULL";
}

std::shared_ptr<arrow::DataType> DataType::ToArrow() const {
  switch (kind_) {
    case TypeKind::kNull: return arrow::null();
    case TypeKind::kBoolean: return arrow::boolean();
    case TypeKind::kTinyInt: return arrow::int8();
    case TypeKind::kSmallInt: return arrow::int16();
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth: return arrow::int32();
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime: return arrow::int64();
    case TypeKind::kFloat: return arrow::float32();
    case TypeKind::kDouble: return arrow::float64();
    case TypeKind::kDecimal: return DecimalArrow(precision_, scale_);
    case TypeKind::kChar:
    case TypeKind::kVarchar: return arrow::utf8();
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kVariant:
    case TypeKind::kBitmap:
    case TypeKind::kRaw: return arrow::binary();
    case TypeKind::kDate: return arrow::date32();
    case TypeKind::kTime: return arrow::time32(arrow::TimeUnit::MILLI);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return TimestampArrow(precision_, kind_ == TypeKind::kTimestampLtz);
    default: return NestedArrow(*this);
  }
}

arrow::TimeUnit::type TimestampUnit(int precision) {
  if (precision <= 3) return arrow::TimeUnit::MILLI;
  return precision <= 6 ? arrow::TimeUnit::MICRO : arrow::TimeUnit::NANO;
}

int64_t TimestampTicksPerSecond(int precision) {
  if (precision <= 3) return 1000;
  return precision <= 6 ? 1'000'000 : 1'000'000'000;
}

}  // namespace millrace
