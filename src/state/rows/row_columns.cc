// SPDX-License-Identifier: Apache-2.0
#include "state/rows/row_columns.h"

#include <arrow/api.h>
#include <arrow/util/bit_util.h>

#include <cmath>
#include <cstring>
#include <iterator>

#include "data/key_codec.h"
#include "state/encoding.h"

namespace millrace {
namespace {

std::shared_ptr<arrow::Buffer> NewBuffer(size_t bytes) {
  auto buffer = arrow::AllocateBuffer(static_cast<int64_t>(bytes));
  CHECK(buffer.ok());
  return std::shared_ptr<arrow::Buffer>(std::move(*buffer));
}

/// A validity bitmap made from `is_null(i)`; null when nothing is NULL.
template <typename F>
std::shared_ptr<arrow::Buffer> MakeValidity(size_t count, int64_t* nulls, F&& is_null) {
  std::shared_ptr<arrow::Buffer> bitmap;
  *nulls = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!is_null(i)) continue;
    if (bitmap == nullptr) {
      const auto bytes =
          static_cast<size_t>(arrow::bit_util::BytesForBits(static_cast<int64_t>(count)));
      bitmap = NewBuffer(bytes);
      std::memset(bitmap->mutable_data(), 0xFF, bytes);
    }
    arrow::bit_util::ClearBit(bitmap->mutable_data(), static_cast<int64_t>(i));
    ++*nulls;
  }
  return bitmap;
}

// How a value is written: the byte in front of it. Numbers are mostly short ones.
constexpr char kWhole = 0;    // as it is
constexpr char kNull = 1;     // NULL
constexpr char kInteger = 2;  // a zigzag varint
constexpr char kDecimal = 3;  // kDecimal + i: a zigzag varint, to be divided by kScales[i]
constexpr double kScales[] = {1, 100, 10'000};

/// False if the value is not short.
bool WriteInteger(int64_t value, size_t width, std::string* out) {
  const int64_t limit = int64_t{1} << (7 * (width - 1) - 1);  // fewer bytes than it has
  if (value < -limit || value >= limit) return false;
  out->push_back(kInteger);
  PutVarint(ZigZag(value), out);
  return true;
}

/// False if the value is no decimal number of few digits.
bool WriteDecimal(double value, std::string* out) {
  constexpr double kLimit = 1LL << 40;
  for (size_t i = 0; i < std::size(kScales); ++i) {
    const double scaled = value * kScales[i];
    if (!(scaled > -kLimit && scaled < kLimit)) return false;
    const auto number = static_cast<int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
    if (static_cast<double>(number) / kScales[i] != value) continue;
    if (number == 0 && std::signbit(value)) return false;
    out->push_back(static_cast<char>(kDecimal + i));
    PutVarint(ZigZag(number), out);
    return true;
  }
  return false;
}

/// W bytes per value; W = 0 stands for BOOLEAN, kept as one byte.
template <size_t W>
class FixedColumn final : public RowStore::Column {
  static constexpr size_t kWidth = W == 0 ? 1 : W;

 public:
  explicit FixedColumn(const DataType& type)
      : type_(type.ToArrow()),
        is_double_(type.kind() == TypeKind::kDouble),
        is_integer_((W == 4 || W == 8) && !type.is_approximate()) {}

  void Reserve(size_t slots) override {
    values_.resize(slots * kWidth);
    nulls_.resize(slots);
  }

  void Add(const arrow::Array& array, std::span<const int32_t> rows,
           std::span<const uint32_t> slots) override {
    const arrow::ArrayData& data = *array.data();
    const uint8_t* source = data.buffers[1] == nullptr ? nullptr : data.buffers[1]->data();
    const bool may_be_null = array.null_count() != 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const bool is_null = may_be_null && array.IsNull(rows[i]);
      nulls_[slots[i]] = is_null;
      uint8_t* target = values_.data() + slots[i] * kWidth;
      if (is_null) {
        std::memset(target, 0, kWidth);
      } else if constexpr (W == 0) {
        *target = arrow::bit_util::GetBit(source, data.offset + rows[i]);
      } else {
        std::memcpy(target, source + static_cast<size_t>(data.offset + rows[i]) * W, W);
      }
    }
  }

  Result<std::shared_ptr<arrow::Array>> Gather(std::span<const uint32_t> slots) const override {
    const size_t count = slots.size();
    int64_t nulls = 0;
    auto validity = MakeValidity(count, &nulls, [&](size_t i) {
      return slots[i] == RowStore::kNone || nulls_[slots[i]] != 0;
    });
    const auto bits =
        static_cast<size_t>(arrow::bit_util::BytesForBits(static_cast<int64_t>(count)));
    auto buffer = NewBuffer(W == 0 ? bits : count * kWidth);
    uint8_t* target = buffer->mutable_data();
    if constexpr (W == 0) std::memset(target, 0, bits);
    for (size_t i = 0; i < count; ++i) {
      if constexpr (W == 0) {
        if (slots[i] != RowStore::kNone && values_[slots[i]] != 0) {
          arrow::bit_util::SetBit(target, static_cast<int64_t>(i));
        }
      } else if (slots[i] == RowStore::kNone) {
        std::memset(target + i * W, 0, W);
      } else {
        std::memcpy(target + i * W, values_.data() + slots[i] * W, W);
      }
    }
    return arrow::MakeArray(arrow::ArrayData::Make(
        type_, static_cast<int64_t>(count), {std::move(validity), std::move(buffer)}, nulls));
  }

  void Write(uint32_t slot, std::string* out) const override {
    if (nulls_[slot] != 0) return out->push_back(kNull);
    const uint8_t* value = values_.data() + slot * kWidth;
    if constexpr (W == 4 || W == 8) {
      using Integer = std::conditional_t<W == 4, int32_t, int64_t>;
      if (is_integer_ && WriteInteger(Load<Integer>(value), W, out)) return;
    }
    if constexpr (W == 8) {
      if (is_double_ && WriteDecimal(Load<double>(value), out)) return;
    }
    out->push_back(kWhole);
    out->append(reinterpret_cast<const char*>(value), kWidth);
  }
  bool Read(uint32_t slot, std::string_view* bytes) override {
    if (bytes->empty()) return false;
    const char form = bytes->front();
    bytes->remove_prefix(1);
    nulls_[slot] = form == kNull;
    uint8_t* value = values_.data() + slot * kWidth;
    if (form == kNull) {
      std::memset(value, 0, kWidth);
      return true;
    }
    if (form != kWhole) return ReadNumber(form, value, bytes);
    if (bytes->size() < kWidth) return false;
    std::memcpy(value, bytes->data(), kWidth);
    bytes->remove_prefix(kWidth);
    return true;
  }
  bool IsNull(uint32_t slot) const override { return nulls_[slot] != 0; }
  size_t memory_bytes() const override { return values_.capacity() + nulls_.capacity(); }

 private:
  template <typename T>
  static T Load(const uint8_t* from) {
    T value;
    std::memcpy(&value, from, sizeof(value));
    return value;
  }

  bool ReadNumber(char form, uint8_t* value, std::string_view* bytes) const {
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
  std::vector<uint8_t> values_;
  std::vector<uint8_t> nulls_;
};

/// Strings by slot, and what text and nested columns share.
class BytesColumn : public RowStore::Column {
 public:
  void Reserve(size_t slots) override {
    values_.resize(slots);
    nulls_.resize(slots);
  }
  void Write(uint32_t slot, std::string* out) const override {
    out->push_back(static_cast<char>(nulls_[slot]));
    if (nulls_[slot] == 0) PutBytes(values_[slot], out);
  }
  bool Read(uint32_t slot, std::string_view* bytes) override {
    if (bytes->empty()) return false;
    nulls_[slot] = static_cast<uint8_t>(bytes->front());
    bytes->remove_prefix(1);
    std::string_view value;
    if (nulls_[slot] == 0 && !GetBytes(bytes, &value)) return false;
    Put(slot, value);
    return true;
  }
  bool IsNull(uint32_t slot) const override { return nulls_[slot] != 0; }
  bool frees() const override { return true; }
  void Free(uint32_t slot) override {
    if (values_[slot].capacity() <= kKeptCapacity) return;
    heap_bytes_ -= values_[slot].capacity();
    std::string().swap(values_[slot]);
  }
  size_t memory_bytes() const override {
    return values_.capacity() * sizeof(std::string) + nulls_.capacity() + heap_bytes_;
  }

 protected:
  void Put(uint32_t slot, std::string_view value) {
    std::string& target = values_[slot];
    const size_t before = target.capacity();
    target.assign(value);
    heap_bytes_ += target.capacity() - before;
  }

  static constexpr size_t kKeptCapacity = 256;
  std::vector<std::string> values_;
  std::vector<uint8_t> nulls_;
  size_t heap_bytes_ = 0;
};

class TextColumn final : public BytesColumn {
 public:
  explicit TextColumn(const DataType& type) : type_(type.ToArrow()) {}

  void Add(const arrow::Array& array, std::span<const int32_t> rows,
           std::span<const uint32_t> slots) override {
    const auto& text = static_cast<const arrow::BinaryArray&>(array);
    for (size_t i = 0; i < rows.size(); ++i) {
      nulls_[slots[i]] = text.IsNull(rows[i]);
      Put(slots[i], nulls_[slots[i]] != 0 ? std::string_view() : text.GetView(rows[i]));
    }
  }

  Result<std::shared_ptr<arrow::Array>> Gather(std::span<const uint32_t> slots) const override {
    const size_t count = slots.size();
    int64_t nulls = 0;
    auto validity = MakeValidity(count, &nulls, [&](size_t i) {
      return slots[i] == RowStore::kNone || nulls_[slots[i]] != 0;
    });
    auto offsets = NewBuffer((count + 1) * sizeof(int32_t));
    auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
    size_t total = 0;
    for (size_t i = 0; i < count; ++i) {
      ends[i] = static_cast<int32_t>(total);
      if (slots[i] != RowStore::kNone) total += values_[slots[i]].size();
      if (total > 2147483647) return InternalError("the text of one batch exceeds 2 GiB");
    }
    ends[count] = static_cast<int32_t>(total);
    auto bytes = NewBuffer(total);
    for (size_t i = 0; i < count; ++i) {
      if (slots[i] == RowStore::kNone) continue;
      const std::string& value = values_[slots[i]];
      std::memcpy(bytes->mutable_data() + ends[i], value.data(), value.size());
    }
    return arrow::MakeArray(
        arrow::ArrayData::Make(type_, static_cast<int64_t>(count),
                               {std::move(validity), std::move(offsets), std::move(bytes)}, nulls));
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
};

/// ARRAY, MAP, ROW and the like.
class NestedColumn final : public BytesColumn {
 public:
  explicit NestedColumn(const DataType& type) : codec_({0}, {type}) {}

  void Add(const arrow::Array& array, std::span<const int32_t> rows,
           std::span<const uint32_t> slots) override {
    Batch batch;
    batch.num_rows = array.length();
    batch.columns = {arrow::MakeArray(array.data())};
    EncodedKeys keys;
    codec_.Encode(batch, &keys);
    for (size_t i = 0; i < rows.size(); ++i) {
      nulls_[slots[i]] = 0;  // the encoding says NULL itself
      Put(slots[i], keys.key(static_cast<size_t>(rows[i])));
    }
  }

  void SetNull(uint32_t slot) override {
    nulls_[slot] = 0;
    Put(slot, NullKey());
  }

  Result<std::shared_ptr<arrow::Array>> Gather(std::span<const uint32_t> slots) const override {
    std::vector<std::string_view> keys;
    std::string null_key;
    for (uint32_t slot : slots) {
      if (slot == RowStore::kNone && null_key.empty()) null_key = NullKey();
      keys.push_back(slot == RowStore::kNone ? std::string_view(null_key) : values_[slot]);
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

}  // namespace

std::unique_ptr<RowStore::Column> MakeRowColumn(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return std::make_unique<FixedColumn<0>>(type);
    case TypeKind::kTinyInt: return std::make_unique<FixedColumn<1>>(type);
    case TypeKind::kSmallInt: return std::make_unique<FixedColumn<2>>(type);
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth: return std::make_unique<FixedColumn<4>>(type);
    case TypeKind::kBigInt:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalDayTime: return std::make_unique<FixedColumn<8>>(type);
    case TypeKind::kDecimal: return std::make_unique<FixedColumn<16>>(type);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kVariant:
    case TypeKind::kBitmap: return std::make_unique<TextColumn>(type);
    default: return std::make_unique<NestedColumn>(type);
  }
}

}  // namespace millrace
