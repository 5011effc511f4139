// SPDX-License-Identifier: Apache-2.0
#include "formats/columns/column_builder.h"

#include <arrow/array/data.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include <algorithm>

#include "base/check.h"

namespace millrace {
namespace {

std::unique_ptr<arrow::ResizableBuffer> Allocate(int64_t bytes) {
  auto buffer = arrow::AllocateResizableBuffer(bytes);
  CHECK(buffer.ok());
  return std::move(buffer).ValueUnsafe();
}

std::shared_ptr<arrow::Buffer> PackBits(const uint8_t* bytes, int64_t length) {
  std::shared_ptr<arrow::Buffer> bits = Allocate(arrow::bit_util::BytesForBits(length));
  uint8_t* out = bits->mutable_data();
  for (int64_t i = 0; i < length; i += 8) {
    uint8_t packed = 0;
    for (int64_t bit = 0; bit < std::min<int64_t>(8, length - i); ++bit) {
      packed = static_cast<uint8_t>(packed | bytes[i + bit] << bit);
    }
    out[i / 8] = packed;
  }
  return bits;
}

}  // namespace

template <typename T>
void RawBuffer<T>::Grow(int64_t capacity) {
  if (buffer_ == nullptr) {
    buffer_ = Allocate(capacity * static_cast<int64_t>(sizeof(T)));
  } else {
    CHECK(buffer_->Resize(capacity * static_cast<int64_t>(sizeof(T)), false).ok());
  }
  data_ = reinterpret_cast<T*>(buffer_->mutable_data());
  capacity_ = capacity;
}

template <typename T>
std::shared_ptr<arrow::Buffer> RawBuffer<T>::Take(int64_t length) {
  if (buffer_ == nullptr) Grow(length);
  CHECK(buffer_->Resize(length * static_cast<int64_t>(sizeof(T)), false).ok());
  data_ = nullptr;
  capacity_ = 0;
  return std::move(buffer_);
}

template class RawBuffer<char>;
template class RawBuffer<int8_t>;
template class RawBuffer<uint8_t>;
template class RawBuffer<int16_t>;
template class RawBuffer<int32_t>;
template class RawBuffer<int64_t>;
template class RawBuffer<float>;
template class RawBuffer<double>;
__extension__ template class RawBuffer<__int128>;

std::shared_ptr<arrow::Buffer> ColumnBuilder::TakeValidity(int64_t* null_count) {
  std::shared_ptr<arrow::Buffer> bits;
  *null_count = 0;
  if (has_nulls_) {
    const uint8_t* valid = valid_.data();
    *null_count = std::count(valid, valid + length_, uint8_t{0});
    if (*null_count > 0) bits = PackBits(valid, length_);
  }
  has_nulls_ = false;
  length_ = 0;
  return bits;
}

template <typename T>
std::shared_ptr<arrow::ArrayData> FixedBuilder<T>::Finish() {
  const int64_t length = length_;
  int64_t nulls = 0;
  auto validity = TakeValidity(&nulls);
  return arrow::ArrayData::Make(type_, length, {std::move(validity), values_.Take(length)}, nulls);
}

template class FixedBuilder<int8_t>;
template class FixedBuilder<int16_t>;
template class FixedBuilder<int32_t>;
template class FixedBuilder<int64_t>;
template class FixedBuilder<float>;
template class FixedBuilder<double>;
__extension__ template class FixedBuilder<__int128>;

std::shared_ptr<arrow::ArrayData> BooleanBuilder::Finish() {
  const int64_t length = length_;
  int64_t nulls = 0;
  auto validity = TakeValidity(&nulls);
  return arrow::ArrayData::Make(type_, length,
                                {std::move(validity), PackBits(values_.data(), length)}, nulls);
}

void TextBuilder::Reserve(int64_t rows) {
  const bool fresh = offsets_.capacity() == 0;
  offsets_.Reserve(rows + 1);
  if (fresh) offsets_.data()[0] = 0;
  ReserveValidity(rows + 1);
}

void TextBuilder::AppendNull() {
  Begin(0);
  PushNull();
  offsets_.data()[length_] = static_cast<int32_t>(bytes_);
}

void TextBuilder::Truncate(int64_t length) {
  if (length == length_) return;
  CutValidity(length);
  bytes_ = offsets_.data()[length];
}

std::shared_ptr<arrow::ArrayData> TextBuilder::Finish() {
  Reserve(length_);
  const int64_t length = length_;
  const int64_t bytes = std::exchange(bytes_, 0);
  int64_t nulls = 0;
  auto validity = TakeValidity(&nulls);
  return arrow::ArrayData::Make(
      type_, length, {std::move(validity), offsets_.Take(length + 1), data_.Take(bytes)}, nulls);
}

void ListBuilder::Reserve(int64_t rows) {
  const bool fresh = offsets_.capacity() == 0;
  offsets_.Reserve(rows + 1);
  if (fresh) offsets_.data()[0] = 0;
  ReserveValidity(rows + 1);
}

void ListBuilder::EndEntry() {
  if (length_ + 1 >= offsets_.capacity()) [[unlikely]]
    Reserve(length_ * 2 + 16);
  PushValid();
  offsets_.data()[length_] = static_cast<int32_t>(children_[0]->length());
}

void ListBuilder::AppendNull() {
  if (length_ + 1 >= offsets_.capacity()) [[unlikely]]
    Reserve(length_ * 2 + 16);
  PushNull();
  offsets_.data()[length_] = static_cast<int32_t>(children_[0]->length());
}

void ListBuilder::DropOpenEntry() {
  const int64_t end = offsets_.capacity() == 0 ? 0 : offsets_.data()[length_];
  for (ColumnBuilder* child : children_) child->Truncate(end);
}

void ListBuilder::Truncate(int64_t length) {
  CutValidity(length);
  DropOpenEntry();
}

std::shared_ptr<arrow::ArrayData> ListBuilder::Finish() {
  Reserve(length_);
  const int64_t length = length_;
  int64_t nulls = 0;
  auto validity = TakeValidity(&nulls);
  std::shared_ptr<arrow::ArrayData> child;
  if (type_->id() == arrow::Type::MAP) {
    const int64_t entries = children_[0]->length();
    child = arrow::ArrayData::Make(type_->field(0)->type(), entries, {nullptr},
                                   {children_[0]->Finish(), children_[1]->Finish()}, 0);
  } else {
    child = children_[0]->Finish();
  }
  return arrow::ArrayData::Make(type_, length, {std::move(validity), offsets_.Take(length + 1)},
                                {std::move(child)}, nulls);
}

void RowBuilder::Reserve(int64_t rows) {
  ReserveValidity(rows);
  for (ColumnBuilder* child : children_) child->Reserve(rows);
}

void RowBuilder::EndRow() {
  GrowValidity();
  PushValid();
}

void RowBuilder::AppendNull() {
  GrowValidity();
  for (ColumnBuilder* child : children_) {
    child->Truncate(length_);
    child->AppendNull();
  }
  PushNull();
}

void RowBuilder::Truncate(int64_t length) {
  CutValidity(length);
  for (ColumnBuilder* child : children_) {
    if (child->length() >= length) child->Truncate(length);
  }
}

std::shared_ptr<arrow::ArrayData> RowBuilder::Finish() {
  const int64_t length = length_;
  int64_t nulls = 0;
  auto validity = TakeValidity(&nulls);
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (ColumnBuilder* child : children_) children.push_back(child->Finish());
  return arrow::ArrayData::Make(type_, length, {std::move(validity)}, std::move(children), nulls);
}

}  // namespace millrace
