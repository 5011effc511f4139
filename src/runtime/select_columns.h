// SPDX-License-Identifier: Apache-2.0
// SelectColumns: the columns of one scan out of a read that several scans share.
#pragma once

#include <vector>

#include "operators/operator.h"

namespace millrace {

class SelectColumns final : public Operator {
 public:
  explicit SelectColumns(std::vector<int> columns) : columns_(std::move(columns)) {}
  Status OnBatch(int input, Batch batch, Output* output) override;

 private:
  std::vector<int> columns_;
};

}  // namespace millrace
