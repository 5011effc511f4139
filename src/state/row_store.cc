// SPDX-License-Identifier: Apache-2.0
#include "state/row_store.h"

#include <utility>

#include "base/check.h"
#include "base/prefetch.h"
#include "state/encoding.h"
#include "state/rows/row_columns.h"
#include "state/rows/row_records.h"

namespace millrace {

RowStore::RowStore(const std::vector<DataType>& types) {
  const RecordLayout layout = LayOutRecord(types);
  records_ = std::make_unique<RowRecords>(layout.record_bytes);
  for (size_t i = 0; i < types.size(); ++i) {
    columns_.push_back(MakeRowColumn(types[i], records_.get(), layout.places[i]));
    if (columns_.back()->has_texts()) with_texts_.push_back(columns_.back().get());
  }
}
RowStore::~RowStore() = default;
RowStore::RowStore(RowStore&&) noexcept = default;

uint32_t RowStore::NewSlot() {
  if (!free_.empty()) {
    const uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  CHECK_LT(limit_, kNone);
  return limit_++;
}

void RowStore::Add(std::span<const std::shared_ptr<arrow::Array>> columns,
                   std::span<const int32_t> rows, std::vector<uint32_t>* slots) {
  CHECK_EQ(columns.size(), columns_.size());
  const size_t first = slots->size();
  AddSlots(rows.size(), slots);
  const auto added = std::span(*slots).subspan(first);
  for (size_t c = 0; c < columns_.size(); ++c) columns_[c]->Add(*columns[c], rows, added);
}

void RowStore::AddSlots(size_t count, std::vector<uint32_t>* slots) {
  for (size_t i = 0; i < count; ++i) slots->push_back(NewSlot());
  records_->Reserve(limit_);
}

void RowStore::Set(size_t column, const std::shared_ptr<arrow::Array>& values,
                   std::span<const int32_t> rows, std::span<const uint32_t> slots) {
  columns_[column]->Add(*values, rows, slots);
}

void RowStore::Free(uint32_t slot) {
  for (Column* column : with_texts_) column->Free(slot);
  free_.push_back(slot);
}

void RowStore::Prefetch(uint32_t slot) const {
  const std::byte* record = std::as_const(*records_).at(slot);
  PrefetchLine(record);
  PrefetchLine(record + records_->record_bytes() - 1);
}

bool RowStore::IsNull(size_t column, uint32_t slot) const { return columns_[column]->IsNull(slot); }

Result<std::shared_ptr<arrow::Array>> RowStore::Gather(size_t column,
                                                       std::span<const uint32_t> slots) const {
  return columns_[column]->Gather(slots);
}

Result<std::vector<std::shared_ptr<arrow::Array>>> RowStore::GatherAll(
    std::span<const uint32_t> slots) const {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const auto& column : columns_) {
    TRY_ASSIGN(auto array, column->Gather(slots));
    arrays.push_back(std::move(array));
  }
  return arrays;
}

void RowStore::Write(uint32_t slot, std::string* out) const {
  size_t room = columns_.size() * Column::kWriteBytesMax;
  for (const Column* column : with_texts_) room += column->TextBytes(slot);
  const size_t before = out->size();
  out->resize_and_overwrite(before + room, [&](char* bytes, size_t) {
    char* end = bytes + before;
    for (const auto& column : columns_) end = column->Write(slot, end);
    return static_cast<size_t>(end - bytes);
  });
}

Result<uint32_t> RowStore::Read(std::string_view bytes) {
  TRY_ASSIGN(const uint32_t slot, ReadFront(&bytes));
  if (!bytes.empty()) return CorruptStateEntry("rows");
  return slot;
}

Result<uint32_t> RowStore::ReadFront(std::string_view* bytes) {
  const uint32_t slot = NewSlot();
  records_->Reserve(limit_);
  bool read = form_ == nullptr || ReadForm(slot, bytes);
  for (size_t i = 0; read && form_ == nullptr && i < columns_.size(); ++i) {
    read = columns_[i]->Read(slot, bytes);
  }
  if (!read) return CorruptStateEntry("rows");
  return slot;
}

bool RowStore::ReadForm(uint32_t slot, std::string_view* bytes) {
  for (const RowForm::Piece& piece : form_->pieces) {
    const std::string_view value = *bytes;
    if (!SkipValue(piece.width, bytes)) return false;
    for (const int column : piece.columns) {
      std::string_view copy = value.substr(0, value.size() - bytes->size());
      if (!columns_[static_cast<size_t>(column)]->Read(slot, &copy) || !copy.empty()) return false;
    }
  }
  for (const int column : form_->missing) columns_[static_cast<size_t>(column)]->SetNull(slot);
  return true;
}

size_t RowStore::memory_bytes() const {
  return free_.capacity() * sizeof(uint32_t) + limit_ * records_->record_bytes() +
         records_->texts().held_bytes();
}

}  // namespace millrace
