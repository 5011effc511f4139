// SPDX-License-Identifier: Apache-2.0
// JsonEncoder: rows as JSON objects, byte for byte as Flink's json format writes them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/format.h"

namespace millrace {

struct JsonEncodeSettings {
  bool iso_timestamps = false;
  bool plain_decimals = false;
  bool ignore_null_fields = false;
};

/// Writes the values of one column. Bind before the rows of each batch.
class ValueEncoder {
 public:
  virtual ~ValueEncoder() = default;
  virtual void Bind(const arrow::Array& column) { column_ = &column; }
  bool IsNull(int64_t row) const;
  /// Appends a value that is not NULL.
  virtual void Append(int64_t row, std::string* out) = 0;
  void AppendOrNull(int64_t row, std::string* out) {
    if (!IsNull(row)) return Append(row, out);
    out->append("null");
  }

 protected:
  const arrow::Array* column_ = nullptr;
};

std::unique_ptr<ValueEncoder> MakeValueEncoder(const DataType& type,
                                               const JsonEncodeSettings& settings);
std::unique_ptr<ValueEncoder> MakeNestedEncoder(const DataType& type,
                                                const JsonEncodeSettings& settings);

class JsonEncoder final : public RecordEncoder {
 public:
  JsonEncoder(const Schema& schema, const JsonEncodeSettings& settings);
  Status Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) override;

 private:
  JsonEncodeSettings settings_;
  std::vector<std::string> labels_;  // `"name":`
  std::vector<std::unique_ptr<ValueEncoder>> columns_;
};

}  // namespace millrace
