// SPDX-License-Identifier: Apache-2.0
// RowStore::Column: the values of one column of a RowStore by slot; one class for each way in which
// values lie.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/check.h"
#include "state/row_store.h"

namespace millrace {

class RowStore::Column {
 public:
  virtual ~Column() = default;
  virtual void Reserve(size_t slots) = 0;
  virtual void Add(const arrow::Array& array, std::span<const int32_t> rows,
                   std::span<const uint32_t> slots) = 0;
  virtual Result<std::shared_ptr<arrow::Array>> Gather(std::span<const uint32_t> slots) const = 0;
  virtual void Write(uint32_t slot, std::string* out) const = 0;
  [[nodiscard]] virtual bool Read(uint32_t slot, std::string_view* bytes) = 0;
  virtual void SetNull(uint32_t slot) {
    std::string_view bytes("\1");
    CHECK(Read(slot, &bytes));
  }
  virtual bool IsNull(uint32_t slot) const = 0;
  /// Whether values own memory that Free gives back.
  virtual bool frees() const { return false; }
  virtual void Free(uint32_t) {}
  virtual size_t memory_bytes() const = 0;
};

std::unique_ptr<RowStore::Column> MakeRowColumn(const DataType& type);

}  // namespace millrace
