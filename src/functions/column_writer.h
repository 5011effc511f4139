// SPDX-License-Identifier: Apache-2.0
// Column writers: build the result of a kernel row by row, in row order.
//
// Per row call exactly one of Set, Null, Fail (string writers may Append pieces instead of Set),
// then EndRow; the templates of row_kernel.h do the EndRow. Validity is made on the first NULL
// only. A failed row is recorded in the context's errors and is NULL in the result.
#pragma once

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/buffer_builder.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "functions/column_reader.h"
#include "functions/function.h"
#include "functions/row_error.h"

namespace millrace {

/// Row position, validity and errors: what all writers share.
class WriterBase {
 public:
  WriterBase(KernelContext* ctx, int64_t length) : ctx_(ctx), length_(length) {}

  int64_t row() const { return row_; }
  int64_t length() const { return length_; }
  void EndRow() { ++row_; }

 protected:
  void MarkNull();
  void MarkFailed(std::string_view code, std::string message);
  std::shared_ptr<arrow::Buffer> TakeValidity() { return std::move(validity_); }
  int64_t null_count() const { return null_count_; }

 private:
  KernelContext* ctx_;
  int64_t length_;
  int64_t row_ = 0;
  int64_t null_count_ = 0;
  std::shared_ptr<arrow::Buffer> validity_;
};

/// A buffer of `bytes` bytes from the default pool, zero behind its end; aborts without memory.
std::shared_ptr<arrow::Buffer> AllocateColumn(int64_t bytes);

template <typename T>
class FixedWriter : public WriterBase {
 public:
  FixedWriter(KernelContext* ctx, int64_t length)
      : WriterBase(ctx, length),
        buffer_(AllocateColumn(length * static_cast<int64_t>(sizeof(T)))),
        values_(reinterpret_cast<T*>(buffer_->mutable_data())) {}

  void Set(T value) { std::memcpy(values_ + row(), &value, sizeof(T)); }
  void Null() {
    Set(T{});
    MarkNull();
  }
  void Fail(std::string_view code, std::string message) {
    Null();
    MarkFailed(code, std::move(message));
  }
  std::shared_ptr<arrow::ArrayData> Finish(const std::shared_ptr<arrow::DataType>& type) {
    return arrow::ArrayData::Make(type, length(), {TakeValidity(), std::move(buffer_)},
                                  null_count());
  }

 private:
  std::shared_ptr<arrow::Buffer> buffer_;
  T* values_;
};

class BoolWriter : public WriterBase {
 public:
  BoolWriter(KernelContext* ctx, int64_t length);

  void Set(bool value) { arrow::bit_util::SetBitTo(bits_, row(), value); }
  void Null() { MarkNull(); }
  void Fail(std::string_view code, std::string message) {
    Null();
    MarkFailed(code, std::move(message));
  }
  std::shared_ptr<arrow::ArrayData> Finish(const std::shared_ptr<arrow::DataType>& type) {
    return arrow::ArrayData::Make(type, length(), {TakeValidity(), std::move(buffer_)},
                                  null_count());
  }

 private:
  std::shared_ptr<arrow::Buffer> buffer_;
  uint8_t* bits_;
};

/// Text and bytes. A row is what was appended since the last EndRow.
class StringWriter : public WriterBase {
 public:
  StringWriter(KernelContext* ctx, int64_t length);

  void Append(std::string_view piece) { bytes_.append(piece); }
  void Append(char piece) { bytes_.push_back(piece); }
  void Set(std::string_view value) { bytes_.append(value); }
  /// All bytes so far; a kernel may append to it, and change only what lies behind `row_start()`.
  std::string& bytes() { return bytes_; }
  size_t row_start() const { return row_start_; }

  void Null() {
    bytes_.resize(row_start_);
    MarkNull();
  }
  void Fail(std::string_view code, std::string message) {
    Null();
    MarkFailed(code, std::move(message));
  }
  void EndRow() {
    if (bytes_.size() > kMaxBytes) [[unlikely]] {
      Fail(kValueTooLarge, "the text results of one batch exceed 2 GiB");
    }
    WriterBase::EndRow();
    row_start_ = bytes_.size();
    offsets_[row()] = static_cast<int32_t>(row_start_);
  }
  std::shared_ptr<arrow::ArrayData> Finish(const std::shared_ptr<arrow::DataType>& type);

 private:
  static constexpr size_t kMaxBytes = 2147483647;

  std::shared_ptr<arrow::Buffer> offsets_buffer_;
  int32_t* offsets_;
  std::string bytes_;
  size_t row_start_ = 0;
};

template <typename T>
struct WriterForImpl {
  using type = FixedWriter<T>;
};
template <>
struct WriterForImpl<bool> {
  using type = BoolWriter;
};
template <>
struct WriterForImpl<std::string_view> {
  using type = StringWriter;
};
template <typename T>
using Writer = typename WriterForImpl<T>::type;

}  // namespace millrace
