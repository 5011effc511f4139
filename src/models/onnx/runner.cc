// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/runner.h"

#include <arrow/api.h>

#include <algorithm>

namespace millrace {

OnnxRunner::OnnxRunner(std::shared_ptr<const OnnxModelParts> parts) : parts_(std::move(parts)) {
  for (const InputBinding& input : parts_->binding.inputs) {
    inputs_.emplace_back(&input, parts_->null_as_nan);
    call_.input_names.push_back(input.tensor.c_str());
  }
  for (size_t i = 0; i < parts_->binding.output_tensors.size(); ++i) {
    const OutputTensorInfo& tensor = parts_->binding.output_tensors[i];
    outputs_.emplace_back(parts_->row_shapes[i], tensor.element);
    call_.output_names.push_back(tensor.name.c_str());
  }
  for (const OutputBinding& binding : parts_->binding.outputs) {
    columns_.emplace_back(&binding, &parts_->output[binding.column], parts_->finite_only);
  }
}

std::vector<std::vector<int64_t>> OnnxRunner::LastShapes() const {
  std::vector<std::vector<int64_t>> shapes;
  for (const OutputTensor& output : outputs_) shapes.push_back(output.last_shape());
  return shapes;
}

Status OnnxRunner::Call(int64_t begin, int64_t count) {
  call_.inputs.clear();
  call_.outputs.clear();
  for (const InputTensor& input : inputs_) {
    TRY_ASSIGN(Ort::Value value, input.Rows(begin, count));
    call_.inputs.push_back(std::move(value));
  }
  for (OutputTensor& output : outputs_) {
    TRY_ASSIGN(Ort::Value value, output.Prepare(begin, count));
    call_.outputs.push_back(std::move(value));
  }
  return parts_->session->Run(&call_);
}

/// Answers rows [begin, begin + count); fails only for what is not the rows' fault.
Status OnnxRunner::Answer(int64_t begin, int64_t count, RowErrors* errors) {
  if (count == 1 && errors->failed(begin)) {
    for (OutputTensor& output : outputs_) output.Skip(begin);
    return OkStatus();
  }
  Status status = Call(begin, count);
  for (size_t i = 0; status && i < outputs_.size(); ++i) {
    status = outputs_[i].Fits(call_.outputs[i], count);
  }
  if (status) {
    for (size_t i = 0; i < outputs_.size(); ++i) {
      TRY(outputs_[i].Accept(call_.outputs[i], begin, count));
    }
    return OkStatus();
  }
  if (count == 1) {
    errors->Fail(begin, status.error().message);
    for (OutputTensor& output : outputs_) output.Skip(begin);
    return OkStatus();
  }
  const int64_t half = count / 2;
  TRY(Answer(begin, half, errors));
  return Answer(begin + half, count - half, errors);
}

Result<std::vector<std::shared_ptr<arrow::Array>>> OnnxRunner::Run(
    const std::vector<std::shared_ptr<arrow::Array>>& inputs, int64_t rows,
    std::vector<RowFailure>* row_failures) {
  RowErrors errors(rows, row_failures);
  for (InputTensor& input : inputs_) TRY(input.Pack(inputs, &errors));
  for (OutputTensor& output : outputs_) TRY(output.Begin(rows));
  const bool batched = parts_->batched && std::all_of(inputs_.begin(), inputs_.end(),
                                                      [](const auto& i) { return i.uniform(); });
  const int64_t step = batched ? parts_->batch_rows_max : 1;
  for (int64_t begin = 0; begin < rows; begin += step) {
    TRY(Answer(begin, std::min(step, rows - begin), &errors));
  }
  call_.inputs.clear();
  call_.outputs.clear();
  for (const OutputColumn& column : columns_) {
    CheckOutput(column, outputs_[column.binding->tensor], &errors);
  }
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  arrays.reserve(columns_.size());
  for (const OutputColumn& column : columns_) {
    TRY_ASSIGN(auto array, BuildOutput(column, outputs_[column.binding->tensor], errors));
    arrays.push_back(std::move(array));
  }
  errors.Sort();
  return arrays;
}

}  // namespace millrace
