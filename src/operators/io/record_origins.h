// SPDX-License-Identifier: Apache-2.0
// RecordOrigins: the origins of a batch that was decoded from records. Holds the chunk that the
// records lie in as long as rows of it are on their way. Immutable.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/batch.h"
#include "data/row_origin.h"
#include "formats/format.h"
#include "plan/table.h"

namespace millrace {

/// Some records of one chunk of one split.
struct RecordRange {
  std::string split;
  std::shared_ptr<const std::string> bytes;
  std::vector<RecordSlice> records;
  std::vector<RecordSlice> keys;  // empty or one per record
  std::vector<int64_t> numbers;   // empty or one per record: offsets in a partition
  std::string position_note;      // behind "byte 12", where that alone says little
  uint64_t offset = 0;            // of the chunk in the split
  std::shared_ptr<const RecordDetails> details;
  size_t first_detail = 0;  // which of `details` is the first record

  RecordOrigin Of(size_t record) const;
};

class RecordOrigins final : public RowOrigins {
 public:
  /// `record_of_row` empty: row i is record i.
  RecordOrigins(std::shared_ptr<const RecordRange> range, std::vector<uint32_t> record_of_row)
      : range_(std::move(range)), record_of_row_(std::move(record_of_row)) {}

  RecordOrigin Of(int32_t row) const override {
    const auto i = static_cast<size_t>(row);
    return range_->Of(record_of_row_.empty() ? i : record_of_row_[i]);
  }

 private:
  std::shared_ptr<const RecordRange> range_;
  std::vector<uint32_t> record_of_row_;
};

/// Rows that were not decoded from records: of a connector that gives batches, of a file format.
class PlainOrigins final : public RowOrigins {
 public:
  /// `first_row` of the batch in the split; negative: not known.
  PlainOrigins(std::string split, int64_t first_row)
      : split_(std::move(split)), first_row_(first_row) {}

  RecordOrigin Of(int32_t row) const override;

 private:
  std::string split_;
  int64_t first_row_;
};

/// Origins that also keep the rows themselves, as the scan gave them: for rows that leave an
/// operator in which not all of their columns are left.
class KeptRows final : public RowOrigins {
 public:
  KeptRows(std::shared_ptr<const Table> table, Schema schema, Batch rows)
      : table_(std::move(table)), schema_(std::move(schema)), rows_(std::move(rows)) {}

  RecordOrigin Of(int32_t row) const override {
    return rows_.origins == nullptr ? RecordOrigin() : rows_.origins->Of(rows_.origin_row(row));
  }
  const Table& table() const { return *table_; }
  const Schema& schema() const { return schema_; }
  const Batch& rows() const { return rows_; }

 private:
  std::shared_ptr<const Table> table_;
  Schema schema_;
  Batch rows_;
};

}  // namespace millrace
