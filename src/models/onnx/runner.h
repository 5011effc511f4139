// SPDX-License-Identifier: Apache-2.0
// OnnxRunner: one shard's use of an ONNX model. A batch is packed once, then answered in calls of
// up to the limit, or row by row where batching is not valid. A call that fails is halved until the
// rows at fault are known; all others are answered.
#pragma once

#include <memory>
#include <vector>

#include "models/model.h"
#include "models/onnx/input_tensor.h"
#include "models/onnx/output_column.h"
#include "models/onnx/output_tensor.h"
#include "models/onnx/session.h"
#include "models/onnx/tensor_binding.h"

namespace millrace {

/// What the runners of one loaded model share; immutable once made.
struct OnnxModelParts {
  Schema output;
  ModelBinding binding;
  std::unique_ptr<OnnxSession> session;
  std::vector<OutputRowShape> row_shapes;  // per output tensor
  bool batched = false;
  int64_t batch_rows_max = 1024;
  bool null_as_nan = false;
  bool finite_only = false;
};

class OnnxRunner final : public ModelRunner {
 public:
  explicit OnnxRunner(std::shared_ptr<const OnnxModelParts> parts);

  Result<std::vector<std::shared_ptr<arrow::Array>>> Run(
      const std::vector<std::shared_ptr<arrow::Array>>& inputs, int64_t rows,
      std::vector<RowFailure>* row_failures) override;

  /// Shape of each output tensor's last answer; for learning about a model.
  std::vector<std::vector<int64_t>> LastShapes() const;

 private:
  Status Answer(int64_t begin, int64_t count, RowErrors* errors);
  Status Call(int64_t begin, int64_t count);

  std::shared_ptr<const OnnxModelParts> parts_;
  std::vector<InputTensor> inputs_;
  std::vector<OutputTensor> outputs_;
  std::vector<OutputColumn> columns_;
  OnnxCall call_;
};

}  // namespace millrace
