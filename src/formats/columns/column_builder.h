// SPDX-License-Identifier: Apache-2.0
// Column builders for decoders: raw buffers that are written row by row and can be cut back.
//
// Unlike Arrow's builders they append without a status per value, and Truncate undoes what a bad
// record or a repeated key has appended. Appends happen at the end only. One thread.
#pragma once

#include <arrow/array/array_base.h>
#include <arrow/buffer.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// A growable Arrow buffer of T. Running out of memory aborts, as everywhere in the data path.
template <typename T>
class RawBuffer {
 public:
  T* data() { return data_; }
  const T* data() const { return data_; }
  int64_t capacity() const { return capacity_; }
  void Reserve(int64_t capacity) {
    if (capacity > capacity_) Grow(capacity);
  }
  /// Hands the first `length` elements over and starts anew.
  std::shared_ptr<arrow::Buffer> Take(int64_t length);

 private:
  void Grow(int64_t capacity);

  std::unique_ptr<arrow::ResizableBuffer> buffer_;
  T* data_ = nullptr;
  int64_t capacity_ = 0;
};

class ColumnBuilder {
 public:
  explicit ColumnBuilder(std::shared_ptr<arrow::DataType> type) : type_(std::move(type)) {}
  virtual ~ColumnBuilder() = default;

  int64_t length() const { return length_; }
  const std::shared_ptr<arrow::DataType>& type() const { return type_; }
  virtual void Reserve(int64_t rows) = 0;
  virtual void AppendNull() = 0;
  /// Forgets all but the first `length` values.
  virtual void Truncate(int64_t length) = 0;
  /// The column so far; the builder starts anew.
  virtual std::shared_ptr<arrow::ArrayData> Finish() = 0;

 protected:
  void ReserveValidity(int64_t rows) { valid_.Reserve(rows); }
  void GrowValidity() {
    if (length_ >= valid_.capacity()) valid_.Reserve(length_ * 2 + 64);
  }
  void PushValid() { valid_.data()[length_++] = 1; }
  void PushNull() {
    valid_.data()[length_++] = 0;
    has_nulls_ = true;
  }
  void CutValidity(int64_t length) { length_ = length; }
  /// Validity bitmap (null when all are valid) and null count; resets length.
  std::shared_ptr<arrow::Buffer> TakeValidity(int64_t* null_count);

  std::shared_ptr<arrow::DataType> type_;
  int64_t length_ = 0;

 private:
  RawBuffer<uint8_t> valid_;  // a byte per row
  bool has_nulls_ = false;
};

/// Numbers, DATE, TIME, TIMESTAMP, intervals, and DECIMAL as T = __int128.
template <typename T>
class FixedBuilder final : public ColumnBuilder {
 public:
  using ColumnBuilder::ColumnBuilder;
  void Reserve(int64_t rows) override {
    values_.Reserve(rows);
    ReserveValidity(rows);
  }
  void Append(T value) {
    if (length_ == values_.capacity()) [[unlikely]]
      Reserve(length_ * 2 + 16);
    values_.data()[length_] = value;
    PushValid();
  }
  void AppendNull() override {
    Append(T{});
    CutValidity(length_ - 1);
    PushNull();
  }
  void Truncate(int64_t length) override { CutValidity(length); }
  std::shared_ptr<arrow::ArrayData> Finish() override;

 private:
  RawBuffer<T> values_;
};

class BooleanBuilder final : public ColumnBuilder {
 public:
  using ColumnBuilder::ColumnBuilder;
  void Reserve(int64_t rows) override {
    values_.Reserve(rows);
    ReserveValidity(rows);
  }
  void Append(bool value) {
    if (length_ == values_.capacity()) [[unlikely]]
      Reserve(length_ * 2 + 16);
    values_.data()[length_] = value ? 1 : 0;
    PushValid();
  }
  void AppendNull() override {
    Append(false);
    CutValidity(length_ - 1);
    PushNull();
  }
  void Truncate(int64_t length) override { CutValidity(length); }
  std::shared_ptr<arrow::ArrayData> Finish() override;

 private:
  RawBuffer<uint8_t> values_;  // a byte per row
};

/// Text and bytes.
class TextBuilder final : public ColumnBuilder {
 public:
  using ColumnBuilder::ColumnBuilder;
  void Reserve(int64_t rows) override;
  /// Room for a value of at most `size` bytes (and 32 more that may be scribbled on). Follow with
  /// Commit.
  char* Begin(size_t size) {
    const int64_t needed = bytes_ + static_cast<int64_t>(size) + 32;
    if (needed > data_.capacity()) [[unlikely]]
      data_.Reserve(needed * 2);
    if (length_ + 1 >= offsets_.capacity()) [[unlikely]]
      Reserve(length_ * 2 + 16);
    return data_.data() + bytes_;
  }
  void Commit(size_t size) {
    bytes_ += static_cast<int64_t>(size);
    PushValid();
    offsets_.data()[length_] = static_cast<int32_t>(bytes_);
  }
  void Append(std::string_view value) {
    std::memcpy(Begin(value.size()), value.data(), value.size());
    Commit(value.size());
  }
  void AppendNull() override;
  void Truncate(int64_t length) override;
  std::shared_ptr<arrow::ArrayData> Finish() override;
  /// True if `size` more bytes keep the column within Arrow's 2 GiB.
  bool HasRoom(size_t size) const { return bytes_ + static_cast<int64_t>(size) < INT32_MAX; }

 private:
  RawBuffer<int32_t> offsets_;
  RawBuffer<char> data_;
  int64_t bytes_ = 0;
};

/// ARRAY, MAP and MULTISET: append to the children first, then EndEntry. A map has two children.
class ListBuilder final : public ColumnBuilder {
 public:
  ListBuilder(std::shared_ptr<arrow::DataType> type, std::vector<ColumnBuilder*> children)
      : ColumnBuilder(std::move(type)), children_(std::move(children)) {}
  void Reserve(int64_t rows) override;
  void EndEntry();
  void AppendNull() override;
  void Truncate(int64_t length) override;
  std::shared_ptr<arrow::ArrayData> Finish() override;
  /// Removes children appended since the last EndEntry.
  void DropOpenEntry();

 private:
  RawBuffer<int32_t> offsets_;
  std::vector<ColumnBuilder*> children_;
};

/// ROW: append to every child first, then EndRow.
class RowBuilder final : public ColumnBuilder {
 public:
  RowBuilder(std::shared_ptr<arrow::DataType> type, std::vector<ColumnBuilder*> children)
      : ColumnBuilder(std::move(type)), children_(std::move(children)) {}
  void Reserve(int64_t rows) override;
  void EndRow();
  void AppendNull() override;
  void Truncate(int64_t length) override;
  std::shared_ptr<arrow::ArrayData> Finish() override;

 private:
  std::vector<ColumnBuilder*> children_;
};

}  // namespace millrace
