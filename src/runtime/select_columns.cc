// SPDX-License-Identifier: Apache-2.0
#include "runtime/select_columns.h"

namespace millrace {

Status SelectColumns::OnBatch(int, Batch batch, Output* output) {
  std::vector<std::shared_ptr<arrow::Array>> columns;
  columns.reserve(columns_.size());
  for (const int column : columns_) columns.push_back(batch.columns[static_cast<size_t>(column)]);
  output->Push(batch.WithColumns(std::move(columns)));
  return OkStatus();
}

}  // namespace millrace
