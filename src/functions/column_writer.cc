// SPDX-License-Identifier: Apache-2.0
#include "functions/column_writer.h"

#include <arrow/memory_pool.h>

#include "base/check.h"

namespace millrace {

std::shared_ptr<arrow::Buffer> AllocateColumn(int64_t bytes) {
  auto buffer = arrow::AllocateBuffer(bytes);
  CHECK(buffer.ok());
  (*buffer)->ZeroPadding();
  return std::move(buffer).ValueUnsafe();
}

void WriterBase::MarkNull() {
  if (validity_ == nullptr) {
    validity_ = AllocateColumn(arrow::bit_util::BytesForBits(length_));
    std::memset(validity_->mutable_data(), 0xFF, static_cast<size_t>(validity_->size()));
  }
  arrow::bit_util::ClearBit(validity_->mutable_data(), row_);
  ++null_count_;
}

void WriterBase::MarkFailed(std::string_view code, std::string message) {
  ctx_->errors->Add(row_, code, std::move(message));
}

BoolWriter::BoolWriter(KernelContext* ctx, int64_t length)
    : WriterBase(ctx, length),
      buffer_(AllocateColumn(arrow::bit_util::BytesForBits(length))),
      bits_(buffer_->mutable_data()) {
  std::memset(bits_, 0, static_cast<size_t>(buffer_->size()));
}

StringWriter::StringWriter(KernelContext* ctx, int64_t length)
    : WriterBase(ctx, length),
      offsets_buffer_(AllocateColumn((length + 1) * static_cast<int64_t>(sizeof(int32_t)))),
      offsets_(reinterpret_cast<int32_t*>(offsets_buffer_->mutable_data())) {
  offsets_[0] = 0;
}

std::shared_ptr<arrow::ArrayData> StringWriter::Finish(
    const std::shared_ptr<arrow::DataType>& type) {
  std::shared_ptr<arrow::Buffer> bytes = arrow::Buffer::FromString(std::move(bytes_));
  return arrow::ArrayData::Make(
      type, length(), {TakeValidity(), std::move(offsets_buffer_), std::move(bytes)}, null_count());
}

}  // namespace millrace
