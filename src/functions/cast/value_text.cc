// SPDX-License-Identifier: Apache-2.0
#include "functions/cast/value_text.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <cstring>

#include "base/check.h"
#include "data/bitmap/bitmap.h"
#include "data/decimal.h"
#include "data/time/calendar.h"
#include "data/value_text.h"

namespace millrace {
namespace {

template <typename T>
T FixedValue(const arrow::Array& column, int64_t row) {
  return column.data()->GetValues<T>(1)[row];
}

bool IsContinuation(unsigned char c) { return (c & 0xC0) == 0x80; }

/// How many bytes the sequence at the front takes, and whether it is well-formed. The length of a
/// malformed one is that of java.nio's decoder.
struct Sequence {
  size_t length;
  bool valid;
};

Sequence FirstSequence(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](size_t i) { return i < text.size() && IsContinuation(at(i)); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  if (lead < 0xE0) return continues(1) ? Sequence{2, true} : Sequence{1, false};
  if (!continues(1)) return {1, false};
  const unsigned char second = at(1);
  if (lead < 0xF0) {
    if (lead == 0xE0 && second < 0xA0) return {1, false};
    if (!continues(2)) return {2, false};
    const bool surrogate = lead == 0xED && second >= 0xA0;
    return {3, !surrogate};
  }
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return {1, false};
  if (!continues(2)) return {2, false};
  if (!continues(3)) return {3, false};
  return {4, true};
}

void AppendYearMonth(int64_t months, std::string* out) {
  out->push_back(months < 0 ? '-' : '+');
  const int64_t magnitude = months < 0 ? -months : months;
  AppendInteger(magnitude / 12, out);
  out->push_back('-');
  AppendPadded(magnitude % 12, 2, out);
}

void AppendDayTime(int64_t milliseconds, std::string* out) {
  out->push_back(milliseconds < 0 ? '-' : '+');
  const auto magnitude =
      static_cast<int64_t>(milliseconds < 0 ? -static_cast<uint64_t>(milliseconds)
                                            : static_cast<uint64_t>(milliseconds));
  AppendInteger(magnitude / kMillisPerDay, out);
  out->push_back(' ');
  const int64_t seconds = magnitude % kMillisPerDay / 1000;
  AppendPadded(seconds / 3600, 2, out);
  out->push_back(':');
  AppendPadded(seconds / 60 % 60, 2, out);
  out->push_back(':');
  AppendPadded(seconds % 60, 2, out);
  out->push_back('.');
  AppendPadded(magnitude % 1000, 3, out);
}

void AppendClock(int64_t second_of_day, std::string* out) {
  AppendPadded(second_of_day / 3600, 2, out);
  out->push_back(':');
  AppendPadded(second_of_day / 60 % 60, 2, out);
  out->push_back(':');
  AppendPadded(second_of_day % 60, 2, out);
}

void AppendEntries(const DataType& key, const DataType& value, const arrow::MapArray& map,
                   int64_t row, const TimeZone& zone, std::string* out) {
  out->push_back('{');
  for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
    if (i > map.value_offset(row)) out->append(", ");
    AppendCastText(key, *map.keys(), i, zone, out);
    out->push_back('=');
    AppendCastText(value, *map.items(), i, zone, out);
  }
  out->push_back('}');
}

void AppendNested(const DataType& type, const arrow::Array& column, int64_t row,
                  const TimeZone& zone, std::string* out) {
  if (type.kind() == TypeKind::kMap || type.kind() == TypeKind::kMultiset) {
    const bool multiset = type.kind() == TypeKind::kMultiset;
    return AppendEntries(multiset ? type.element() : type.key(),
                         multiset ? DataType::Int() : type.value(),
                         static_cast<const arrow::MapArray&>(column), row, zone, out);
  }
  if (type.kind() == TypeKind::kArray) {
    const auto& list = static_cast<const arrow::ListArray&>(column);
    out->push_back('[');
    for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      if (i > list.value_offset(row)) out->append(", ");
      AppendCastText(type.element(), *list.values(), i, zone, out);
    }
    return out->push_back(']');
  }
  CHECK(type.kind() == TypeKind::kRow);
  const auto& rows = static_cast<const arrow::StructArray&>(column);
  out->push_back('(');
  for (size_t i = 0; i < type.fields().size(); ++i) {
    if (i > 0) out->append(", ");
    AppendCastText(type.fields()[i].type, *rows.field(static_cast<int>(i)), row, zone, out);
  }
  out->push_back(')');
}

void AppendLocal(const DataType& type, int64_t ticks, const TimeZone& zone, std::string* out) {
  const int64_t per_second = TimestampTicksPerSecond(type.precision());
  const int64_t offset = zone.OffsetAt(FloorDiv(ticks, per_second));
  AppendSqlTimestamp(ticks + offset * per_second, type.precision(), out);
}

void AppendTemporal(const DataType& type, const arrow::Array& column, int64_t row,
                    const TimeZone& zone, std::string* out) {
  switch (type.kind()) {
    case TypeKind::kDate: return AppendDate(FixedValue<int32_t>(column, row), out);
    case TypeKind::kTime: return AppendSqlTime(FixedValue<int32_t>(column, row), out);
    case TypeKind::kTimestamp:
      return AppendSqlTimestamp(FixedValue<int64_t>(column, row), type.precision(), out);
    case TypeKind::kTimestampLtz:
      return AppendLocal(type, FixedValue<int64_t>(column, row), zone, out);
    case TypeKind::kIntervalYearMonth:
      return AppendYearMonth(FixedValue<int32_t>(column, row), out);
    case TypeKind::kIntervalDayTime: return AppendDayTime(FixedValue<int64_t>(column, row), out);
    default: return AppendNested(type, column, row, zone, out);
  }
}

}  // namespace

void AppendSqlTimestamp(int64_t ticks, int precision, std::string* out) {
  const int64_t per_second = TimestampTicksPerSecond(precision);
  const int64_t seconds = FloorDiv(ticks, per_second);
  AppendDate(FloorDiv(seconds, kSecondsPerDay), out);
  out->push_back(' ');
  AppendClock(FloorMod(seconds, kSecondsPerDay), out);
  if (precision == 0) return;
  int64_t fraction = FloorMod(ticks, per_second);
  for (int digits = per_second == 1000        ? 3
                    : per_second == 1'000'000 ? 6
                                              : 9;
       digits > precision; --digits) {
    fraction /= 10;
  }
  out->push_back('.');
  AppendPadded(fraction, precision, out);
}

void AppendSqlTime(int64_t milliseconds, std::string* out) {
  AppendClock(milliseconds / 1000, out);
  if (milliseconds % 1000 == 0) return;
  out->push_back('.');
  AppendPadded(milliseconds % 1000, 3, out);
  while (out->back() == '0') out->pop_back();
}

void AppendRepairedUtf8(std::string_view bytes, std::string* out) {
  while (!bytes.empty()) {
    const auto [length, valid] = FirstSequence(bytes);
    if (valid) {
      out->append(bytes.substr(0, length));
    } else {
      out->append("\xEF\xBF\xBD");
    }
    bytes.remove_prefix(length);
  }
}

void FitCharacters(const DataType& type, size_t start, std::string* bytes) {
  if (type.length() == DataType::kMaxLength) return;
  const auto wanted = static_cast<size_t>(type.length());
  size_t count = 0;
  for (size_t i = start; i < bytes->size(); ++i) {
    if (IsContinuation(static_cast<unsigned char>((*bytes)[i]))) continue;
    if (count == wanted) return bytes->resize(i);
    ++count;
  }
  if (type.kind() == TypeKind::kChar) bytes->append(wanted - count, ' ');
}

void AppendCastText(const DataType& type, const arrow::Array& column, int64_t row,
                    const TimeZone& zone, std::string* out) {
  if (type.kind() == TypeKind::kNull || column.IsNull(row)) return void(out->append("NULL"));
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return void(out->append(
          static_cast<const arrow::BooleanArray&>(column).Value(row) ? "TRUE" : "FALSE"));
    case TypeKind::kTinyInt: return AppendInteger(FixedValue<int8_t>(column, row), out);
    case TypeKind::kSmallInt: return AppendInteger(FixedValue<int16_t>(column, row), out);
    case TypeKind::kInt: return AppendInteger(FixedValue<int32_t>(column, row), out);
    case TypeKind::kBigInt: return AppendInteger(FixedValue<int64_t>(column, row), out);
    case TypeKind::kFloat: return AppendFloat(FixedValue<float>(column, row), out);
    case TypeKind::kDouble: return AppendDouble(FixedValue<double>(column, row), out);
    case TypeKind::kDecimal: {
      Int128 value;
      std::memcpy(&value, static_cast<const arrow::FixedSizeBinaryArray&>(column).GetValue(row),
                  sizeof(value));
      return AppendDecimalPlain(value, type.scale(), out);
    }
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return void(out->append(static_cast<const arrow::BinaryArray&>(column).GetView(row)));
    case TypeKind::kVariant:
      return void(out->append(static_cast<const arrow::BinaryArray&>(column).GetView(row)));
    case TypeKind::kBitmap:
      return Bitmap::FromBytes(static_cast<const arrow::BinaryArray&>(column).GetView(row))
          .AppendText(out);
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return AppendRepairedUtf8(static_cast<const arrow::BinaryArray&>(column).GetView(row), out);
    default: return AppendTemporal(type, column, row, zone, out);
  }
}

}  // namespace millrace
