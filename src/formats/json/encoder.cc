// SPDX-License-Identifier: Apache-2.0
#include "formats/json/encoder.h"

#include <arrow/array/array_base.h>

#include "formats/json/json_text.h"

namespace millrace {

JsonEncoder::JsonEncoder(const Schema& schema, const JsonEncodeSettings& settings)
    : settings_(settings) {
  for (const Column& column : schema) {
    std::string label;
    AppendJacksonString(column.name, &label);
    labels_.push_back(label + ":");
    columns_.push_back(MakeValueEncoder(column.type, settings));
  }
}

Status JsonEncoder::Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) {
  for (size_t i = 0; i < columns_.size(); ++i) columns_[i]->Bind(*batch.columns[i]);
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    char separator = '{';
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (settings_.ignore_null_fields && columns_[i]->IsNull(row)) continue;
      out->push_back(separator);
      separator = ',';
      out->append(labels_[i]);
      columns_[i]->AppendOrNull(row, out);
    }
    out->append(separator == '{' ? "{}" : "}");
    ends->push_back(out->size());
  }
  return OkStatus();
}

}  // namespace millrace
