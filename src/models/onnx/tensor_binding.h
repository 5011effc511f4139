// SPDX-License-Identifier: Apache-2.0
// Which declared columns feed and read which tensors of the file; decided once per model, from the
// signature alone. Inputs: several numeric columns may share a tensor [N,k], in their declared
// order; an ARRAY column is a row of it. Outputs: a column reads one element per row, or a whole
// row as ARRAY.
#pragma once

#include <arrow/type_fwd.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "models/model.h"

namespace millrace {

/// Element types that we exchange with ONNX Runtime.
enum class TensorElement { kFloat, kDouble, kInt64, kInt32, kBool, kString };

struct InputBinding {
  std::string tensor;
  TensorElement element = TensorElement::kFloat;
  std::vector<int64_t> shape;   // -1 = symbolic
  std::vector<size_t> columns;  // of INPUT, in their order
  bool array = false;           // one ARRAY column whose items are the row
  int64_t row_size = 1;         // values per row; -1: the arrays' own length
};

struct OutputBinding {
  size_t column = 0;   // of OUTPUT
  size_t tensor = 0;   // index into ModelBinding::output_tensors
  bool array = false;  // the whole row
  int64_t index = -1;  // element of the row; -1 = the last one
};

struct OutputTensorInfo {
  std::string name;
  TensorElement element = TensorElement::kFloat;
  std::vector<int64_t> shape;
};

struct ModelBinding {
  std::vector<InputBinding> inputs;
  std::vector<OutputTensorInfo> output_tensors;  // only those that some column reads
  std::vector<OutputBinding> outputs;            // one per OUTPUT column, in their order
  bool symbolic_batch = false;                   // dim 0 of every input is symbolic
};

/// MR0603 with both sides in a table if they do not fit.
Result<ModelBinding> BindTensors(const ModelDefinition& model, const ModelSignature& signature);

}  // namespace millrace
