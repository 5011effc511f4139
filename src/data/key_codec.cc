// SPDX-License-Identifier: Apache-2.0
// Layout of a key: per column one byte (0 NULL, 1 value), then the value: fixed-width values
// little-endian as Arrow stores them, BOOLEAN one byte, text and bytes a varint length and the
// bytes, nested types their parts in the same way. Encoding goes by column: sizes first, then each
// column writes at its cursors.
#include "data/key_codec.h"

#define XXH_INLINE_ALL
#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <arrow/vendored/xxhash.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "data/keys/key_value.h"

namespace millrace {
namespace {

/// The bits of a float or double with one NaN; other types as they are.
template <typename T>
T Canonical(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::isnan(value) ? std::numeric_limits<T>::quiet_NaN() : value;
  } else {
    return value;
  }
}

struct Halves {
  uint64_t half[2];
};

/// Reserved space of a key column under construction.
struct Cursors {
  char* bytes;
  uint32_t* at;  // per row: where the next column goes
};

template <typename T>
void WriteFixed(const arrow::Array& column, Cursors out) {
  const T* values = column.data()->GetValues<T>(1);
  const bool nulls = column.null_count() > 0;
  for (int64_t i = 0; i < column.length(); ++i) {
    char* to = out.bytes + out.at[i];
    if (nulls && column.IsNull(i)) {
      *to = 0;
      out.at[i] += 1;
      continue;
    }
    *to = 1;
    const T value = Canonical(values[i]);
    std::memcpy(to + 1, &value, sizeof(T));
    out.at[i] += 1 + sizeof(T);
  }
}

template <typename T>
void FixedSizes(const arrow::Array& column, uint32_t* sizes) {
  const bool nulls = column.null_count() > 0;
  for (int64_t i = 0; i < column.length(); ++i) {
    sizes[i] += nulls && column.IsNull(i) ? 1 : 1 + sizeof(T);
  }
}

void TextSizes(const arrow::BinaryArray& column, uint32_t* sizes) {
  const bool nulls = column.null_count() > 0;
  for (int64_t i = 0; i < column.length(); ++i) {
    if (nulls && column.IsNull(i)) {
      sizes[i] += 1;
    } else {
      const auto length = static_cast<uint32_t>(column.value_length(i));
      sizes[i] += 1 + VarintSize(length) + length;
    }
  }
}

void WriteText(const arrow::BinaryArray& column, Cursors out) {
  const bool nulls = column.null_count() > 0;
  for (int64_t i = 0; i < column.length(); ++i) {
    char* to = out.bytes + out.at[i];
    char* const start = to;
    if (nulls && column.IsNull(i)) {
      *to++ = 0;
    } else {
      const std::string_view text = column.GetView(i);
      *to++ = 1;
      to = WriteVarint(static_cast<uint32_t>(text.size()), to);
      std::memcpy(to, text.data(), text.size());
      to += text.size();
    }
    out.at[i] += static_cast<uint32_t>(to - start);
  }
}

/// Everything else: encoded value by value into `scratch`, whose ends are in `ends`.
struct Encoded {
  std::string bytes;
  std::vector<uint32_t> ends;
};

Encoded EncodeNested(const DataType& type, const arrow::Array& column) {
  Encoded encoded;
  for (int64_t i = 0; i < column.length(); ++i) {
    AppendKeyValue(type, column, i, &encoded.bytes);
    encoded.ends.push_back(static_cast<uint32_t>(encoded.bytes.size()));
  }
  return encoded;
}

void NestedSizes(const Encoded& encoded, uint32_t* sizes) {
  uint32_t begin = 0;
  for (size_t i = 0; i < encoded.ends.size(); begin = encoded.ends[i++]) {
    sizes[i] += encoded.ends[i] - begin;
  }
}

void WriteNested(const Encoded& encoded, Cursors out) {
  uint32_t begin = 0;
  for (size_t i = 0; i < encoded.ends.size(); begin = encoded.ends[i++]) {
    const uint32_t size = encoded.ends[i] - begin;
    std::memcpy(out.bytes + out.at[i], encoded.bytes.data() + begin, size);
    out.at[i] += size;
  }
}

/// Calls `visit.operator()<T>()` for fixed-width types; false for the others.
template <typename Visit>
bool VisitFixed(const arrow::DataType& type, Visit&& visit) {
  switch (type.id()) {
    case arrow::Type::INT8: return visit.template operator()<int8_t>(), true;
    case arrow::Type::INT16: return visit.template operator()<int16_t>(), true;
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::TIME32: return visit.template operator()<int32_t>(), true;
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP: return visit.template operator()<int64_t>(), true;
    case arrow::Type::FLOAT: return visit.template operator()<float>(), true;
    case arrow::Type::DOUBLE: return visit.template operator()<double>(), true;
    case arrow::Type::DECIMAL128: return visit.template operator()<Halves>(), true;
    default: return false;
  }
}

bool IsText(const arrow::Array& column) {
  return column.type_id() == arrow::Type::STRING || column.type_id() == arrow::Type::BINARY;
}

void AddSizes(const arrow::Array& column, const Encoded& nested, uint32_t* sizes) {
  if (IsText(column)) return TextSizes(static_cast<const arrow::BinaryArray&>(column), sizes);
  const bool fixed =
      VisitFixed(*column.type(), [&]<typename T>() { FixedSizes<T>(column, sizes); });
  if (!fixed) NestedSizes(nested, sizes);
}

void WriteColumn(const arrow::Array& column, const Encoded& nested, Cursors out) {
  if (IsText(column)) return WriteText(static_cast<const arrow::BinaryArray&>(column), out);
  const bool fixed = VisitFixed(*column.type(), [&]<typename T>() { WriteFixed<T>(column, out); });
  if (!fixed) WriteNested(nested, out);
}

bool NeedsNested(const arrow::Array& column) {
  return !IsText(column) && !VisitFixed(*column.type(), []<typename T>() {});
}

void HashKeys(EncodedKeys* out, size_t rows) {
  out->hashes.resize(rows);
  for (size_t i = 0; i < rows; ++i) {
    out->hashes[i] =
        XXH3_64bits(out->bytes.data() + out->offsets[i], out->offsets[i + 1] - out->offsets[i]);
  }
}

/// One fixed-width column without NULLs: every key has the same size and needs no cursor.
template <typename T>
void EncodeSingleFixed(const arrow::Array& column, EncodedKeys* out) {
  constexpr size_t kSize = 1 + sizeof(T);
  const auto rows = static_cast<size_t>(column.length());
  const T* values = column.data()->GetValues<T>(1);
  out->bytes.resize(rows * kSize);
  out->offsets.resize(rows + 1);
  out->hashes.resize(rows);
  char* to = out->bytes.data();
  for (size_t i = 0; i < rows; ++i, to += kSize) {
    *to = 1;
    const T value = Canonical(values[i]);
    std::memcpy(to + 1, &value, sizeof(T));
    out->hashes[i] = XXH3_64bits(to, kSize);
    out->offsets[i] = static_cast<uint32_t>(i * kSize);
  }
  out->offsets[rows] = static_cast<uint32_t>(rows * kSize);
}

}  // namespace

uint64_t HashBytes(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

KeyCodec::KeyCodec(std::vector<int> columns, std::vector<DataType> types)
    : columns_(std::move(columns)), types_(std::move(types)) {
  CHECK_EQ(columns_.size(), types_.size());
}

void KeyCodec::Encode(const Batch& batch, EncodedKeys* out) const {
  const auto rows = static_cast<size_t>(batch.num_rows);
  const auto column = [&](size_t i) -> const arrow::Array& {
    return *batch.columns[static_cast<size_t>(columns_[i])];
  };
  if (columns_.size() == 1 && column(0).null_count() == 0) {
    const bool done =
        VisitFixed(*column(0).type(), [&]<typename T>() { EncodeSingleFixed<T>(column(0), out); });
    if (done) return;
  }
  std::vector<Encoded> nested(columns_.size());
  out->offsets.assign(rows + 1, 0);
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (NeedsNested(column(i))) nested[i] = EncodeNested(types_[i], column(i));
    AddSizes(column(i), nested[i], out->offsets.data() + 1);
  }
  uint64_t total = 0;
  for (size_t i = 1; i <= rows; ++i) {
    total += out->offsets[i];
    out->offsets[i] = static_cast<uint32_t>(total);
  }
  CHECK_LE(total, uint64_t{std::numeric_limits<uint32_t>::max()});
  out->bytes.resize(total);
  std::vector<uint32_t> at(out->offsets.begin(), out->offsets.end() - 1);
  for (size_t i = 0; i < columns_.size(); ++i) {
    WriteColumn(column(i), nested[i], {out->bytes.data(), at.data()});
  }
  HashKeys(out, rows);
}

Result<std::vector<std::shared_ptr<arrow::Array>>> KeyCodec::Decode(
    std::span<const std::string_view> keys) const {
  std::vector<std::string_view> rest(keys.begin(), keys.end());
  std::vector<std::shared_ptr<arrow::Array>> columns;
  columns.reserve(types_.size());
  for (const DataType& type : types_) {
    TRY_ASSIGN(auto column, DecodeKeyColumn(type, rest));
    columns.push_back(std::move(column));
  }
  for (const std::string_view left : rest) {
    if (!left.empty()) return InternalError("a stored key is longer than its columns");
  }
  return columns;
}

}  // namespace millrace
