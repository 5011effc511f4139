// SPDX-License-Identifier: Apache-2.0
// RowStore: rows kept by value, addressed by reusable slots. What operators hold back (rows that
// wait for a watermark, the rows of a frame, both sides of a join) lies here: adding and gathering
// are loops over one column at a time, and nothing keeps the batch alive that a row came in.
//
// The values of a row lie together in a record (RowRecords), for who asks for a row of a large
// store asks for most of it: those of fixed width in the record, text and nested values (the bytes
// of their key encoding) where it points, in memory that is reused with the slot. One thread.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/data_type.h"
#include "state/rows/row_form.h"

namespace millrace {

class RowRecords;

class RowStore {
 public:
  static constexpr uint32_t kNone = 0xFFFFFFFF;

  explicit RowStore(const std::vector<DataType>& types);
  ~RowStore();
  RowStore(RowStore&&) noexcept;

  /// Copies the given rows of the columns and appends their slots to `slots`.
  void Add(std::span<const std::shared_ptr<arrow::Array>> columns, std::span<const int32_t> rows,
           std::vector<uint32_t>* slots);
  /// The same in two steps, for columns that are known later: slots first, then a column of them.
  void AddSlots(size_t count, std::vector<uint32_t>* slots);
  void Set(size_t column, const std::shared_ptr<arrow::Array>& values,
           std::span<const int32_t> rows, std::span<const uint32_t> slots);
  void Free(uint32_t slot);
  /// Starts to load the row.
  void Prefetch(uint32_t slot) const;
  /// Not for nested columns, whose NULLs only their bytes know.
  bool IsNull(size_t column, uint32_t slot) const;
  /// One value per slot; kNone gives NULL.
  Result<std::shared_ptr<arrow::Array>> Gather(size_t column,
                                               std::span<const uint32_t> slots) const;
  /// All columns of the slots.
  Result<std::vector<std::shared_ptr<arrow::Array>>> GatherAll(
      std::span<const uint32_t> slots) const;

  /// Appends the bytes of a row; Read takes them into a new slot.
  void Write(uint32_t slot, std::string* out) const;
  Result<uint32_t> Read(std::string_view bytes);
  /// Reads one row of several off the front.
  Result<uint32_t> ReadFront(std::string_view* bytes);
  /// From here on rows are read in this form, borrowed; null: in that of the store.
  void ReadAs(const RowForm* form) { form_ = form; }

  size_t columns() const { return columns_.size(); }
  size_t rows() const { return limit_ - free_.size(); }
  /// Every slot is below this.
  uint32_t slot_limit() const { return limit_; }
  size_t memory_bytes() const;

  class Column;

 private:
  uint32_t NewSlot();
  bool ReadForm(uint32_t slot, std::string_view* bytes);

  const RowForm* form_ = nullptr;
  std::unique_ptr<RowRecords> records_;
  std::vector<std::unique_ptr<Column>> columns_;
  std::vector<Column*> with_texts_;  // of them
  std::vector<uint32_t> free_;
  uint32_t limit_ = 0;
};

}  // namespace millrace
