// SPDX-License-Identifier: Apache-2.0
// ColumnGenerator: the values of one column for any range of row numbers.
//
// A value is a function of (seed, column, row number), not the next of a stream: so any row can be
// made at once, a restart continues where it stopped, and parallelism changes nothing.
#pragma once

#include <arrow/array/data.h>

#include <cstdint>
#include <memory>
#include <string>

#include "connectors/datagen/options.h"
#include "data/data_type.h"

namespace millrace {

/// Rows first, first + stride, ...
struct RowRange {
  uint64_t first = 0;
  uint64_t stride = 1;
  int64_t count = 0;
  int64_t now_ms = 0;  // wall time, for TIMESTAMP, DATE and TIME
};

/// 64 bits that depend on the key and on the row only.
inline uint64_t BitsOf(uint64_t key, uint64_t row) {
  uint64_t z = key + row * 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

class ColumnGenerator {
 public:
  virtual ~ColumnGenerator() = default;
  /// Without NULLs; those are added by GenerateColumn.
  virtual std::shared_ptr<arrow::ArrayData> Generate(const RowRange& rows) const = 0;
  /// With NULLs at the field's rate.
  std::shared_ptr<arrow::ArrayData> GenerateColumn(const RowRange& rows) const;

 protected:
  ColumnGenerator(std::shared_ptr<arrow::DataType> type, uint64_t key, double null_rate)
      : type_(std::move(type)), key_(key), null_rate_(null_rate) {}

  std::shared_ptr<arrow::DataType> type_;
  uint64_t key_;
  double null_rate_;
};

/// `field` is the dotted name. REQUIRES: CheckDatagen passed.
std::unique_ptr<ColumnGenerator> MakeColumnGenerator(const std::string& field, const DataType& type,
                                                     const Options& options, uint64_t key);
std::unique_ptr<ColumnGenerator> MakeNestedGenerator(const std::string& field, const DataType& type,
                                                     const Options& options, uint64_t key);
std::unique_ptr<ColumnGenerator> MakeSequenceGenerator(const DataType& type,
                                                       const FieldOptions& field, uint64_t key);

/// Zeroed memory for `count` values of `width` bytes.
std::shared_ptr<arrow::Buffer> AllocateValues(int64_t count, int64_t width);

}  // namespace millrace
