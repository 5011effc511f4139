// SPDX-License-Identifier: Apache-2.0
// RowStore::Column: the values of one column of a RowStore by slot; one class for each way in which
// values lie in a record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/prefetch.h"
#include "state/row_store.h"
#include "state/rows/row_records.h"

namespace millrace {

class RowStore::Column {
 public:
  /// Where a column lies in each record: its value, and a byte that is not 0 if it is NULL.
  struct Place {
    size_t value = 0;
    size_t null = 0;
  };
  Column(RowRecords* records, Place place) : records_(records), place_(place) {}
  virtual ~Column() = default;
  Column(const Column&) = delete;
  Column& operator=(const Column&) = delete;

  virtual void Add(const arrow::Array& array, std::span<const int32_t> rows,
                   std::span<const uint32_t> slots) = 0;
  virtual Result<std::shared_ptr<arrow::Array>> Gather(std::span<const uint32_t> slots) const = 0;
  /// At most so many bytes are written of a value, beside its text.
  static constexpr size_t kWriteBytesMax = 17;
  /// Returns where the bytes end.
  virtual char* Write(uint32_t slot, char* out) const = 0;
  [[nodiscard]] virtual bool Read(uint32_t slot, std::string_view* bytes) = 0;
  virtual void SetNull(uint32_t slot) = 0;
  bool IsNull(uint32_t slot) const { return IsNullIn(records_->at(slot)); }
  /// Whether there is memory of values outside of records: so much, which Free may give back.
  virtual bool has_texts() const { return false; }
  virtual size_t TextBytes(uint32_t) const { return 0; }
  virtual void Free(uint32_t) {}

 protected:
  /// So many slots ahead records are loaded.
  static constexpr size_t kAhead = 16;

  void PrefetchRecord(std::span<const uint32_t> slots, size_t i) const {
    if (i + kAhead >= slots.size() || slots[i + kAhead] == kNone) return;
    PrefetchLine(ValueIn(records_->at(slots[i + kAhead])));
  }
  const std::byte* ValueIn(const std::byte* record) const { return record + place_.value; }
  std::byte* ValueIn(std::byte* record) const { return record + place_.value; }
  bool IsNullIn(const std::byte* record) const { return record[place_.null] != std::byte{0}; }
  void SetNullIn(std::byte* record, bool null) const { record[place_.null] = std::byte{null}; }

  RowRecords* records_;

 private:
  Place place_;
};

/// Where columns of these types lie, and how long a record is.
struct RecordLayout {
  std::vector<RowStore::Column::Place> places;
  size_t record_bytes = 0;
};
RecordLayout LayOutRecord(std::span<const DataType> types);

std::unique_ptr<RowStore::Column> MakeRowColumn(const DataType& type, RowRecords* records,
                                                RowStore::Column::Place place);

}  // namespace millrace
