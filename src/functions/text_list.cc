// SPDX-License-Identifier: Apache-2.0
#include "functions/text_list.h"

#include <cstring>

#include "base/check.h"
#include "functions/column_writer.h"

namespace millrace {
namespace {

std::shared_ptr<arrow::Buffer> Bits(const std::vector<bool>& valid, int64_t null_count) {
  if (null_count == 0) return nullptr;
  auto buffer = AllocateColumn(arrow::bit_util::BytesForBits(static_cast<int64_t>(valid.size())));
  std::memset(buffer->mutable_data(), 0, static_cast<size_t>(buffer->size()));
  for (size_t i = 0; i < valid.size(); ++i) {
    if (valid[i]) arrow::bit_util::SetBit(buffer->mutable_data(), static_cast<int64_t>(i));
  }
  return buffer;
}

std::shared_ptr<arrow::Buffer> Copy(const std::vector<int32_t>& values) {
  const size_t bytes = values.size() * sizeof(int32_t);
  auto buffer = AllocateColumn(static_cast<int64_t>(bytes));
  std::memcpy(buffer->mutable_data(), values.data(), bytes);
  return buffer;
}

}  // namespace

void TextListWriter::Append(std::string_view element) {
  CHECK(bytes_.size() + element.size() < 2147483647);
  bytes_.append(element);
  element_ends_.push_back(static_cast<int32_t>(bytes_.size()));
  element_valid_.push_back(true);
}

void TextListWriter::AppendNull() {
  element_ends_.push_back(static_cast<int32_t>(bytes_.size()));
  element_valid_.push_back(false);
  ++null_elements_;
}

void TextListWriter::EndRow() {
  row_ends_.push_back(static_cast<int32_t>(element_valid_.size()));
  row_valid_.push_back(!null_);
  if (null_) ++null_count_;
  null_ = false;
}

std::shared_ptr<arrow::ArrayData> TextListWriter::FinishElements(const DataType& element) {
  return arrow::ArrayData::Make(element.ToArrow(), static_cast<int64_t>(element_valid_.size()),
                                {Bits(element_valid_, null_elements_), Copy(element_ends_),
                                 arrow::Buffer::FromString(std::move(bytes_))},
                                null_elements_);
}

std::shared_ptr<arrow::Buffer> TextListWriter::RowEndsBuffer() const { return Copy(row_ends_); }
std::shared_ptr<arrow::Buffer> TextListWriter::Validity() const {
  return Bits(row_valid_, null_count_);
}

std::shared_ptr<arrow::ArrayData> TextListWriter::Finish(const DataType& type) {
  auto elements = FinishElements(type.element());
  return arrow::ArrayData::Make(type.ToArrow(), static_cast<int64_t>(row_valid_.size()),
                                {Validity(), RowEndsBuffer()}, {std::move(elements)}, null_count_);
}

}  // namespace millrace
