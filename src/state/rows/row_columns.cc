// SPDX-License-Identifier: Apache-2.0
#include "state/rows/row_columns.h"

#include <arrow/api.h>
#include <arrow/util/bit_util.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "base/prefetch.h"
#include "data/key_codec.h"
#include "state/encoding.h"
#include "state/rows/row_form.h"

namespace millrace {
namespace {

std::shared_ptr<arrow::Buffer> NewBuffer(size_t bytes) {
  auto buffer = arrow::AllocateBuffer(static_cast<int64_t>(bytes));
  CHECK(buffer.ok());
  return std::shared_ptr<arrow::Buffer>(std::move(*buffer));
}

/// A validity bitmap; none as long as nothing is NULL.
class ValidityMaker {
 public:
  explicit ValidityMaker(size_t rows) : rows_(static_cast<int64_t>(rows)) {}

  void SetNull(size_t row) {
    if (bitmap_ == nullptr) {
      const auto bytes = static_cast<size_t>(arrow::bit_util::BytesForBits(rows_));
      bitmap_ = NewBuffer(bytes);
      std::memset(bitmap_->mutable_data(), 0xFF, bytes);
    }
    arrow::bit_util::ClearBit(bitmap_->mutable_data(), static_cast<int64_t>(row));
    ++nulls_;
  }
  const std::shared_ptr<arrow::Buffer>& bitmap() const { return bitmap_; }
  int64_t nulls() const { return nulls_; }

 private:
  int64_t rows_;
  int64_t nulls_ = 0;
  std::shared_ptr<arrow::Buffer> bitmap_;
};

// How a value is written: the byte in front of it. Numbers are mostly short ones.
constexpr char kWhole = 0;    // as it is
constexpr char kNull = 1;     // NULL
constexpr char kInteger = 2;  // a zigzag varint
constexpr char kDecimal = 3;  // kDecimal + i: a zigzag varint, to be divided by kScales[i]
constexpr double kScales[] = {1, 100, 10'000};

/// Null if the value is not short, else where its bytes end.
char* WriteInteger(int64_t value, size_t width, char* out) {
  const int64_t limit = int64_t{1} << (7 * (width - 1) - 1);  // fewer bytes than it has
  if (value < -limit || value >= limit) return nullptr;
  *out++ = kInteger;
  return PutVarint(ZigZag(value), out);
}

/// Null if the value is no decimal number of few digits, else where its bytes end.
char* WriteDecimal(double value, char* out) {
  constexpr double kLimit = 1LL << 40;
  for (size_t i = 0; i < std::size(kScales); ++i) {
    const double scaled = value * kScales[i];
    if (!(scaled > -kLimit && scaled < kLimit)) return nullptr;
    const auto number = static_cast<int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
    if (static_cast<double>(number) / kScales[i] != value) continue;
    if (number == 0 && std::signbit(value)) return nullptr;
    *out++ = static_cast<char>(kDecimal + i);
    return PutVarint(ZigZag(number), out);
  }
  return nullptr;
}

/// W bytes per value; W = 0 stands for BOOLEAN, kept as one byte.
template <size_t W>
class FixedColumn final : public RowStore::Column {
  static constexpr size_t kWidth = W == 0 ? 1 : W;

 public:
  FixedColumn(const DataType& type, RowRecords* records, Place place)
      : Column(records, place),
        type_(type.ToArrow()),
        is_double_(type.kind() == TypeKind::kDouble),
        is_integer_((W == 4 || W == 8) && !type.is_approximate()) {}

  void Add(const arrow::Array& array, std::span<const int32_t> rows,
           std::span<const uint32_t> slots) override {
    const arrow::ArrayData& data = *array.data();
    const uint8_t* source = data.buffers[1] == nullptr ? nullptr : data.buffers[1]->data();
    const bool may_be_null = array.null_count() != 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      PrefetchRecord(slots, i);
      const bool is_null = may_be_null && array.IsNull(rows[i]);
      std::byte* record = records_->at(slots[i]);
      SetNullIn(record, is_null);
      std::byte* target = ValueIn(record);
      if (is_null) {
        std::memset(target, 0, kWidth);
      } else if constexpr (W == 0) {
        *target = std::byte{arrow::bit_util::GetBit(source, data.offset + rows[i])};
      } else {
        std::memcpy(target, source + static_cast<size_t>(data.offset + rows[i]) * W, W);
      }
    }
  }

  Result<std::shared_ptr<arrow::Array>> Gather(std::span<const uint32_t> slots) const override {
    const size_t count = slots.size();
    const auto bits =
        static_cast<size_t>(arrow::bit_util::BytesForBits(static_cast<int64_t>(count)));
    auto buffer = NewBuffer(W == 0 ? bits : count * kWidth);
    uint8_t* target = buffer->mutable_data();
    if constexpr (W == 0) std::memset(target, 0, bits);
    ValidityMaker validity(count);
    for (size_t i = 0; i < count; ++i) {
      PrefetchRecord(slots, i);
      const std::byte* record = slots[i] == RowStore::kNone ? nullptr : records_->at(slots[i]);
      if (record == nullptr || IsNullIn(record)) validity.SetNull(i);
      if constexpr (W == 0) {
        if (record != nullptr && *ValueIn(record) != std::byte{0}) {
          arrow::bit_util::SetBit(target, static_cast<int64_t>(i));
        }
      } else if (record == nullptr) {
        std::memset(target + i * W, 0, W);
      } else {
        std::memcpy(target + i * W, ValueIn(record), W);
      }
    }
    return arrow::MakeArray(arrow::ArrayData::Make(type_, static_cast<int64_t>(count),
                                                   {validity.bitmap(), std::move(buffer)},
                                                   validity.nulls()));
  }

  static_assert(1 + std::max(kWidth, kVarintBytesMax) <= kWriteBytesMax);
  char* Write(uint32_t slot, char* out) const override {
    const std::byte* record = records_->at(slot);
    if (IsNullIn(record)) {
      *out++ = kNull;
      return out;
    }
    const std::byte* value = ValueIn(record);
    if constexpr (W == 4 || W == 8) {
      using Integer = std::conditional_t<W == 4, int32_t, int64_t>;
      char* end = is_integer_ ? WriteInteger(Load<Integer>(value), W, out) : nullptr;
      if (end != nullptr) return end;
    }
    if constexpr (W == 8) {
      char* end = is_double_ ? WriteDecimal(Load<double>(value), out) : nullptr;
      if (end != nullptr) return end;
    }
    *out++ = kWhole;
    std::memcpy(out, value, kWidth);
    return out + kWidth;
  }
  bool Read(uint32_t slot, std::string_view* bytes) override {
    if (bytes->empty()) return false;
    const char form = bytes->front();
    bytes->remove_prefix(1);
    if (form == kNull) {
      SetNull(slot);
      return true;
    }
    std::byte* record = records_->at(slot);
    SetNullIn(record, false);
    std::byte* value = ValueIn(record);
    if (form != kWhole) return ReadNumber(form, value, bytes);
    if (bytes->size() < kWidth) return false;
    std::memcpy(value, bytes->data(), kWidth);
    bytes->remove_prefix(kWidth);
    return true;
  }
  void SetNull(uint32_t slot) override {
    std::byte* record = records_->at(slot);
    SetNullIn(record, true);
    std::memset(ValueIn(record), 0, kWidth);
  }

 private:
  template <typename T>
  static T Load(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof(value));
    return value;
  }

  bool ReadNumber(char form, std::byte* value, std::string_view* bytes) const {
    uint64_t number = 0;
    if (!GetVarint(bytes, &number)) return false;
    const int64_t integer = FromZigZag(number);
    const auto scale = static_cast<size_t>(form - kDecimal);
    if (form == kInteger && is_integer_) {
      std::memcpy(value, &integer, kWidth < 8 ? kWidth : 8);
    } else if (form >= kDecimal && scale < std::size(kScales) && is_double_) {
      const double decimal = static_cast<double>(integer) / kScales[scale];
      std::memcpy(value, &decimal, kWidth < 8 ? kWidth : 8);
    } else {
      return false;
    }
    return true;
  }

  std::shared_ptr<arrow::DataType> type_;
  bool is_double_;
  bool is_integer_;
};

/// Texts that records point to, and what text and nested columns share.
class BytesColumn : public RowStore::Column {
 public:
  using Column::Column;

  static_assert(1 + kVarintBytesMax <= kWriteBytesMax);
  size_t TextBytes(uint32_t slot) const override { return TextIn(records_->at(slot)).size; }
  char* Write(uint32_t slot, char* out) const override {
    const std::byte* record = records_->at(slot);
    if (IsNullIn(record)) {
      *out++ = kNull;
      return out;
    }
    *out++ = kWhole;
    const RowRecords::Text& text = TextIn(record);
    out = PutVarint(text.size, out);
    if (text.size != 0) std::memcpy(out, text.items, text.size);
    return out + text.size;
  }
  bool Read(uint32_t slot, std::string_view* bytes) override {
    if (bytes->empty()) return false;
    const bool null = bytes->front() != kWhole;
    bytes->remove_prefix(1);
    std::string_view value;
    if (!null && !GetBytes(bytes, &value)) return false;
    std::byte* record = records_->at(slot);
    SetNullIn(record, null);
    Put(record, value);
    return true;
  }
  void SetNull(uint32_t slot) override {
    std::byte* record = records_->at(slot);
    SetNullIn(record, true);
    Put(record, {});
  }
  bool has_texts() const override { return true; }
  /// The next row of the slot uses the memory of a short text again.
  void Free(uint32_t slot) override {
    RowRecords::Text& text = TextIn(records_->at(slot));
    if (text.capacity > kKeptCapacity) records_->texts().Clear(&text);
  }

 protected:
  const RowRecords::Text& TextIn(const std::byte* record) const {
    return *reinterpret_cast<const RowRecords::Text*>(ValueIn(record));
  }
  RowRecords::Text& TextIn(std::byte* record) const {
    return *reinterpret_cast<RowRecords::Text*>(ValueIn(record));
  }
  std::string_view ValueOf(const std::byte* record) const {
    const RowRecords::Text& text = TextIn(record);
    return {text.items, text.size};
  }
  void Put(std::byte* record, std::string_view value) {
    records_->texts().Assign(&TextIn(record), value);
  }

  static constexpr size_t kKeptCapacity = 256;
};

class TextColumn final : public BytesColumn {
 public:
  TextColumn(const DataType& type, RowRecords* records, Place place)
      : BytesColumn(records, place), type_(type.ToArrow()) {}

  void Add(const arrow::Array& array, std::span<const int32_t> rows,
           std::span<const uint32_t> slots) override {
    const auto& text = static_cast<const arrow::BinaryArray&>(array);
    const bool may_be_null = array.null_count() != 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      PrefetchRecord(slots, i);
      if (i + kAhead / 2 < slots.size()) {
        PrefetchLine(TextIn(std::as_const(*records_).at(slots[i + kAhead / 2])).items);
      }
      const bool is_null = may_be_null && text.IsNull(rows[i]);
      std::byte* record = records_->at(slots[i]);
      SetNullIn(record, is_null);
      Put(record, is_null ? std::string_view() : text.GetView(rows[i]));
    }
  }

  Result<std::shared_ptr<arrow::Array>> Gather(std::span<const uint32_t> slots) const override {
    const size_t count = slots.size();
    auto offsets = NewBuffer((count + 1) * sizeof(int32_t));
    auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
    ValidityMaker validity(count);
    std::vector<const char*> texts(count);
    size_t total = 0;
    for (size_t i = 0; i < count; ++i) {
      PrefetchRecord(slots, i);
      ends[i] = static_cast<int32_t>(total);
      const std::byte* record = slots[i] == RowStore::kNone ? nullptr : records_->at(slots[i]);
      if (record == nullptr || IsNullIn(record)) {
        validity.SetNull(i);
        continue;
      }
      texts[i] = TextIn(record).items;
      PrefetchLine(texts[i]);
      total += TextIn(record).size;
      if (total > 2147483647) return InternalError("the text of one batch exceeds 2 GiB");
    }
    ends[count] = static_cast<int32_t>(total);
    auto bytes = NewBuffer(total);
    for (size_t i = 0; i < count; ++i) {
      const auto size = static_cast<size_t>(ends[i + 1] - ends[i]);
      if (size != 0) std::memcpy(bytes->mutable_data() + ends[i], texts[i], size);
    }
    return arrow::MakeArray(arrow::ArrayData::Make(
        type_, static_cast<int64_t>(count),
        {validity.bitmap(), std::move(offsets), std::move(bytes)}, validity.nulls()));
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
};

/// ARRAY, MAP, ROW and the like, as the bytes of their key encoding, which says NULL itself.
class NestedColumn final : public BytesColumn {
 public:
  NestedColumn(const DataType& type, RowRecords* records, Place place)
      : BytesColumn(records, place), codec_({0}, {type}) {}

  void Add(const arrow::Array& array, std::span<const int32_t> rows,
           std::span<const uint32_t> slots) override {
    Batch batch;
    batch.num_rows = array.length();
    batch.columns = {arrow::MakeArray(array.data())};
    EncodedKeys keys;
    codec_.Encode(batch, &keys);
    for (size_t i = 0; i < rows.size(); ++i) {
      std::byte* record = records_->at(slots[i]);
      SetNullIn(record, false);
      Put(record, keys.key(static_cast<size_t>(rows[i])));
    }
  }

  void SetNull(uint32_t slot) override {
    std::byte* record = records_->at(slot);
    SetNullIn(record, false);
    Put(record, NullKey());
  }

  Result<std::shared_ptr<arrow::Array>> Gather(std::span<const uint32_t> slots) const override {
    std::vector<std::string_view> keys;
    std::string null_key;
    for (uint32_t slot : slots) {
      if (slot == RowStore::kNone && null_key.empty()) null_key = NullKey();
      keys.push_back(slot == RowStore::kNone ? std::string_view(null_key)
                                             : ValueOf(records_->at(slot)));
    }
    TRY_ASSIGN(auto arrays, codec_.Decode(keys));
    return arrays[0];
  }

 private:
  std::string NullKey() const {
    auto array = arrow::MakeArrayOfNull(codec_.types()[0].ToArrow(), 1);
    CHECK(array.ok());
    Batch batch;
    batch.num_rows = 1;
    batch.columns = {*array};
    EncodedKeys keys;
    codec_.Encode(batch, &keys);
    return std::string(keys.key(0));
  }

  KeyCodec codec_;
};

/// Of a value in its record.
size_t WidthOf(const DataType& type) {
  const size_t width = StoredWidth(type);
  return width == 0 ? sizeof(RowRecords::Text) : width;
}

}  // namespace

/// Wide values first, so that each lies at a multiple of its width; then a byte each for NULL.
RecordLayout LayOutRecord(std::span<const DataType> types) {
  RecordLayout layout{.places = std::vector<RowStore::Column::Place>(types.size())};
  for (size_t width = 16; width > 0; width /= 2) {
    for (size_t i = 0; i < types.size(); ++i) {
      if (WidthOf(types[i]) != width) continue;
      layout.places[i].value = layout.record_bytes;
      layout.record_bytes += width;
    }
  }
  for (auto& place : layout.places) place.null = layout.record_bytes++;
  layout.record_bytes = (layout.record_bytes + 7) / 8 * 8;
  return layout;
}

std::unique_ptr<RowStore::Column> MakeRowColumn(const DataType& type, RowRecords* records,
                                                RowStore::Column::Place place) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return std::make_unique<FixedColumn<0>>(type, records, place);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kVariant:
    case TypeKind::kBitmap: return std::make_unique<TextColumn>(type, records, place);
    default: break;
  }
  switch (StoredWidth(type)) {
    case 1: return std::make_unique<FixedColumn<1>>(type, records, place);
    case 2: return std::make_unique<FixedColumn<2>>(type, records, place);
    case 4: return std::make_unique<FixedColumn<4>>(type, records, place);
    case 8: return std::make_unique<FixedColumn<8>>(type, records, place);
    case 16: return std::make_unique<FixedColumn<16>>(type, records, place);
    default: return std::make_unique<NestedColumn>(type, records, place);
  }
}

}  // namespace millrace
