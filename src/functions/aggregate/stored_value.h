// SPDX-License-Identifier: Apache-2.0
// Stored values: how accumulators read argument columns, keep single values and build result
// columns.
//
// A storage type stands for all SQL types with the same bytes: bool, int8_t to int64_t, float,
// double, Int128 (DECIMAL), std::string_view (text and bytes, BITMAP and VARIANT, kept as
// std::string) and Nested (ARRAY, MAP, ROW, MULTISET, kept as the bytes of their key encoding).
#pragma once

#include <arrow/array/array_base.h>
#include <arrow/array/data.h>
#include <arrow/array/util.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "data/key_codec.h"
#include "functions/aggregate.h"
#include "functions/column_reader.h"
#include "functions/column_writer.h"

namespace millrace {

struct Nested {};

template <typename T>
struct Stored {
  using Value = T;
  using View = T;
};
template <>
struct Stored<std::string_view> {
  using Value = std::string;
  using View = std::string_view;
};
template <>
struct Stored<Nested> {
  using Value = std::string;
  using View = std::string_view;
};

/// Calls f.template operator()<T>() with the storage type of a SQL type.
template <typename F>
auto VisitStorage(const DataType& type, F&& f) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return f.template operator()<bool>();
    case TypeKind::kTinyInt: return f.template operator()<int8_t>();
    case TypeKind::kSmallInt: return f.template operator()<int16_t>();
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth: return f.template operator()<int32_t>();
    case TypeKind::kBigInt:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalDayTime: return f.template operator()<int64_t>();
    case TypeKind::kFloat: return f.template operator()<float>();
    case TypeKind::kDouble: return f.template operator()<double>();
    case TypeKind::kDecimal: return f.template operator()<Int128>();
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kVariant:
    case TypeKind::kBitmap: return f.template operator()<std::string_view>();
    default: return f.template operator()<Nested>();
  }
}

/// One argument column of an update.
template <typename T>
class ArgumentColumn {
 public:
  ArgumentColumn(const std::shared_ptr<arrow::Array>& array, const DataType&)
      : datum_(array), reader_(datum_) {}

  bool may_have_nulls() const { return reader_.may_have_nulls(); }
  bool IsNull(int64_t row) const { return reader_.IsNull(row); }
  T operator[](int64_t row) const {
    // An array's values lie side by side: no step to multiply with, as in a kernel's argument.
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      return reader_.values()[row];
    } else {
      return reader_[row];
    }
  }

 private:
  arrow::Datum datum_;
  ReaderFor<T> reader_;
};

template <>
class ArgumentColumn<Nested> {
 public:
  ArgumentColumn(const std::shared_ptr<arrow::Array>& array, const DataType& type)
      : array_(array), codec_({0}, {type.Nullable()}) {
    Batch batch;
    batch.num_rows = array->length();
    batch.columns = {array};
    codec_.Encode(batch, &keys_);
  }

  bool may_have_nulls() const { return array_->null_count() != 0; }
  bool IsNull(int64_t row) const { return array_->IsNull(row); }
  std::string_view operator[](int64_t row) const { return keys_.key(static_cast<size_t>(row)); }

 private:
  std::shared_ptr<arrow::Array> array_;
  KeyCodec codec_;
  EncodedKeys keys_;
};

/// Positions [begin, end) of an update.
struct Positions {
  size_t begin;
  size_t end;
};
inline Positions AllOf(const AggregateInput& input) { return {0, input.rows.size()}; }

/// Calls apply(slot, value, sign, position) for every row whose value is not NULL, in order. `sign`
/// is a constant +1 in the loops without signs.
template <typename T, typename F>
void ForEachValue(const ArgumentColumn<T>& column, const AggregateInput& input, Positions range,
                  F&& apply) {
  const int32_t* rows = input.rows.data();
  const uint32_t* slots = input.slots.data();
  const int8_t* signs = input.signs.data();
  if (!column.may_have_nulls()) {
    if (input.signs.empty()) {
      for (size_t i = range.begin; i < range.end; ++i) apply(slots[i], column[rows[i]], 1, i);
    } else {
      for (size_t i = range.begin; i < range.end; ++i) {
        apply(slots[i], column[rows[i]], int{signs[i]}, i);
      }
    }
    return;
  }
  for (size_t i = range.begin; i < range.end; ++i) {
    if (column.IsNull(rows[i])) continue;
    apply(slots[i], column[rows[i]], input.signs.empty() ? 1 : int{signs[i]}, i);
  }
}

namespace internal {

/// A validity bitmap that is made on the first NULL.
class LazyValidity {
 public:
  explicit LazyValidity(int64_t length) : length_(length) {}
  void MarkNull(int64_t row) {
    if (bitmap_ == nullptr) {
      bitmap_ = AllocateColumn(arrow::bit_util::BytesForBits(length_));
      std::memset(bitmap_->mutable_data(), 0xFF, static_cast<size_t>(bitmap_->size()));
    }
    arrow::bit_util::ClearBit(bitmap_->mutable_data(), row);
    ++null_count_;
  }
  std::shared_ptr<arrow::Buffer> bitmap() { return bitmap_; }
  int64_t null_count() const { return null_count_; }

 private:
  int64_t length_;
  int64_t null_count_ = 0;
  std::shared_ptr<arrow::Buffer> bitmap_;
};

/// What `count` calls get(i) gave, in bytes of its own: a running result ends with the next call.
class KeptViews {
 public:
  template <typename F>
  KeptViews(size_t count, F&& get) : values_(count) {
    std::vector<size_t> ends(count);
    for (size_t i = 0; i < count; ++i) {
      values_[i] = get(i);
      if (values_[i].has_value()) bytes_.append(*values_[i]);
      ends[i] = bytes_.size();
    }
    for (size_t i = 0, begin = 0; i < count; begin = ends[i++]) {
      if (values_[i].has_value()) {
        values_[i] = std::string_view(bytes_).substr(begin, ends[i] - begin);
      }
    }
  }
  KeptViews(const KeptViews&) = delete;
  KeptViews& operator=(const KeptViews&) = delete;

  std::span<const std::optional<std::string_view>> values() const { return values_; }

 private:
  std::string bytes_;
  std::vector<std::optional<std::string_view>> values_;
};

/// Decodes key-encoded values; a disengaged one becomes NULL.
Result<std::shared_ptr<arrow::Array>> DecodeNested(
    const DataType& type, std::span<const std::optional<std::string_view>> values);

}  // namespace internal

/// A column of `count` values; `get(i)` gives std::optional of the view of value i.
template <typename T, typename F>
Result<std::shared_ptr<arrow::Array>> BuildColumn(const DataType& type, size_t count, F&& get) {
  const auto length = static_cast<int64_t>(count);
  internal::LazyValidity validity(length);
  if constexpr (std::is_same_v<T, Nested>) {
    return internal::DecodeNested(type, internal::KeptViews(count, get).values());
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    auto offsets = AllocateColumn((length + 1) * static_cast<int64_t>(sizeof(int32_t)));
    auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
    std::string bytes;
    ends[0] = 0;
    for (size_t i = 0; i < count; ++i) {
      const std::optional<std::string_view> value = get(i);
      if (value.has_value()) bytes.append(*value);
      if (!value.has_value()) validity.MarkNull(static_cast<int64_t>(i));
      if (bytes.size() > 2147483647) {
        return UserError(kValueTooLarge, "the text results of one batch exceed 2 GiB");
      }
      ends[i + 1] = static_cast<int32_t>(bytes.size());
    }
    return arrow::MakeArray(arrow::ArrayData::Make(
        type.ToArrow(), length,
        {validity.bitmap(), std::move(offsets), arrow::Buffer::FromString(std::move(bytes))},
        validity.null_count()));
  } else {
    constexpr bool kBits = std::is_same_v<T, bool>;
    auto buffer = AllocateColumn(kBits ? arrow::bit_util::BytesForBits(length)
                                       : length * static_cast<int64_t>(sizeof(T)));
    uint8_t* bytes = buffer->mutable_data();
    std::memset(bytes, 0, static_cast<size_t>(buffer->size()));
    for (size_t i = 0; i < count; ++i) {
      const std::optional<T> value = get(i);
      if (!value.has_value()) {
        validity.MarkNull(static_cast<int64_t>(i));
      } else if constexpr (kBits) {
        arrow::bit_util::SetBitTo(bytes, static_cast<int64_t>(i), *value);
      } else {
        std::memcpy(bytes + i * sizeof(T), &*value, sizeof(T));
      }
    }
    return arrow::MakeArray(arrow::ArrayData::Make(
        type.ToArrow(), length, {validity.bitmap(), std::move(buffer)}, validity.null_count()));
  }
}

/// Accumulators::UpdateRunning as one loop: `apply(Positions)` folds rows in, `value(slot)` gives
/// std::optional of the view of a result.
template <typename T, typename Apply, typename ValueAt>
Result<std::shared_ptr<arrow::Array>> BuildRunning(const DataType& type,
                                                   const AggregateInput& input,
                                                   const RunningResults& wanted, Apply&& apply,
                                                   ValueAt&& value) {
  size_t done = 0;
  auto column = BuildColumn<T>(type, wanted.after.size(), [&](size_t j) {
    if (wanted.after[j] > done) {
      apply(Positions{done, wanted.after[j]});
      done = wanted.after[j];
    }
    return value(wanted.slots[j]);
  });
  apply(Positions{done, input.rows.size()});
  return column;
}

}  // namespace millrace
