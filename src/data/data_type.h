// SPDX-License-Identifier: Apache-2.0
// DataType: a Flink SQL type, and its fixed mapping to Arrow (docs/internals/types.md).
// A cheap immutable value: scalars carry no heap data, nested types share their children.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

enum class TypeKind : uint8_t {
  kNull,  // the type of a bare NULL; never a column
  kBoolean,
  kTinyInt,
  kSmallInt,
  kInt,
  kBigInt,
  kFloat,
  kDouble,
  kDecimal,
  kChar,
  kVarchar,
  kBinary,
  kVarbinary,
  kDate,
  kTime,
  kTimestamp,
  kTimestampLtz,
  kIntervalYearMonth,
  kIntervalDayTime,
  kArray,
  kMap,
  kMultiset,
  kRow,
  kVariant,
  kBitmap,
  kRaw,
};

/// What a TIMESTAMP column means for event time. An attribute is lost by most expressions.
enum class TimeAttribute : uint8_t { kNone, kRowtime, kProctime };

class DataType {
 public:
  static constexpr int32_t kMaxLength = 2147483647;  // VARCHAR of this length is STRING
  struct Field;

  DataType() = default;  // kNull, nullable

  static DataType Null();
  static DataType Boolean();
  static DataType TinyInt();
  static DataType SmallInt();
  static DataType Int();
  static DataType BigInt();
  static DataType Float();
  static DataType Double();
  static DataType Decimal(int precision, int scale);
  static DataType Char(int length);
  static DataType Varchar(int length);
  static DataType String();
  static DataType Binary(int length);
  static DataType Varbinary(int length);
  static DataType Bytes();
  static DataType Date();
  static DataType Time(int precision = 0);
  static DataType Timestamp(int precision = 6);
  static DataType TimestampLtz(int precision = 6);
  static DataType IntervalYearMonth();
  static DataType IntervalDayTime();
  static DataType Array(DataType element);
  static DataType Map(DataType key, DataType value);
  static DataType Multiset(DataType element);
  static DataType Row(std::vector<Field> fields);
  static DataType Of(TypeKind kind);  // for kinds without parameters (others get their defaults)

  TypeKind kind() const { return kind_; }
  bool nullable() const { return nullable_; }
  int precision() const { return precision_; }  // DECIMAL, TIME, TIMESTAMP*
  int scale() const { return scale_; }          // DECIMAL
  int length() const { return length_; }        // CHAR, VARCHAR, BINARY, VARBINARY
  TimeAttribute time_attribute() const { return time_attribute_; }
  const DataType& element() const;           // ARRAY, MULTISET
  const DataType& key() const;               // MAP
  const DataType& value() const;             // MAP
  const std::vector<Field>& fields() const;  // ROW

  DataType Nullable(bool nullable = true) const;
  DataType NotNull() const { return Nullable(false); }
  DataType WithTimeAttribute(TimeAttribute attribute) const;

  bool is_integer() const { return kind_ >= TypeKind::kTinyInt && kind_ <= TypeKind::kBigInt; }
  bool is_approximate() const { return kind_ == TypeKind::kFloat || kind_ == TypeKind::kDouble; }
  bool is_decimal() const { return kind_ == TypeKind::kDecimal; }
  bool is_numeric() const { return is_integer() || is_approximate() || is_decimal(); }
  bool is_character() const { return kind_ == TypeKind::kChar || kind_ == TypeKind::kVarchar; }
  bool is_binary() const { return kind_ == TypeKind::kBinary || kind_ == TypeKind::kVarbinary; }
  bool is_timestamp() const {
    return kind_ == TypeKind::kTimestamp || kind_ == TypeKind::kTimestampLtz;
  }
  bool is_interval() const {
    return kind_ == TypeKind::kIntervalYearMonth || kind_ == TypeKind::kIntervalDayTime;
  }
  bool is_string_type() const { return kind_ == TypeKind::kVarchar && length_ == kMaxLength; }

  /// Equality of everything but the time attribute; EqualIgnoringNull also ignores the top-level
  /// (not the nested) nullability.
  bool operator==(const DataType& other) const;
  bool EqualIgnoringNull(const DataType& other) const;

  /// Flink's spelling: `DECIMAL(10, 2) NOT NULL`, `ROW<`a` INT, `b` STRING>`, `STRING`.
  std::string ToString() const;

  /// The Arrow type a column of this type has: BOOLEAN bool; TINYINT..BIGINT int8..int64; FLOAT,
  /// DOUBLE float32/64; DECIMAL decimal128(p,s); CHAR, VARCHAR utf8; BINARY, VARBINARY binary; DATE
  /// date32; TIME time32[ms]; TIMESTAMP(0-3) timestamp[ms], (4-6) [us], (7-9) [ns] without zone;
  /// TIMESTAMP_LTZ the same with zone "UTC"; INTERVAL YEAR TO MONTH int32 months; INTERVAL DAY TO
  /// SECOND int64 milliseconds; ARRAY list<item>; MAP map; MULTISET map<T, int32>; ROW struct; NULL
  /// null.
  std::shared_ptr<arrow::DataType> ToArrow() const;

 private:
  explicit DataType(TypeKind kind) : kind_(kind) {}

  TypeKind kind_ = TypeKind::kNull;
  bool nullable_ = true;
  TimeAttribute time_attribute_ = TimeAttribute::kNone;
  int32_t precision_ = 0;
  int32_t scale_ = 0;
  int32_t length_ = 0;
  std::shared_ptr<const std::vector<Field>> children_;
};

/// One named child of a ROW; children of ARRAY, MAP and MULTISET are fields with fixed names.
struct DataType::Field {
  std::string name;
  DataType type;
  bool operator==(const Field&) const = default;
};

/// Ticks per second of the Arrow unit that a TIMESTAMP(precision) column has: 1000, 10^6 or 10^9.
int64_t TimestampTicksPerSecond(int precision);
arrow::TimeUnit::type TimestampUnit(int precision);

}  // namespace millrace
