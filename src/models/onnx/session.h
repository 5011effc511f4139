// SPDX-License-Identifier: Apache-2.0
// OnnxSession: one model inside ONNX Runtime. The process has one ONNX Runtime environment with one
// global thread pool and one shared arena, nothing spins, and its log is silent: every failure
// comes back as an Error. No exception of ONNX Runtime passes this folder. Thread-safe after
// Create.
#pragma once

#include <onnxruntime_cxx_api.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

class TreeOperators;

/// One Run. Output values that are null are allocated by ONNX Runtime.
struct OnnxCall {
  std::vector<const char*> input_names;
  std::vector<Ort::Value> inputs;
  std::vector<const char*> output_names;
  std::vector<Ort::Value> outputs;
};

class OnnxSession {
 public:
  /// `bytes`: found safe by ParseOnnxModel; not needed afterwards. Threads above 1 are the
  /// session's own. `operators`: those of ours that the model calls.
  static Result<std::unique_ptr<OnnxSession>> Create(
      std::string_view bytes, int intra_op_threads,
      std::shared_ptr<const TreeOperators> operators = nullptr);

  /// MR0707 if the model fails on this input.
  Status Run(OnnxCall* call);

 private:
  OnnxSession(Ort::Session session, std::shared_ptr<const TreeOperators> operators)
      : operators_(std::move(operators)), session_(std::move(session)) {}
  std::shared_ptr<const TreeOperators> operators_;  // outlives session_
  Ort::Session session_;
};

/// What Ort::Value says about itself, without exceptions.
struct OnnxTensorView {
  std::vector<int64_t> shape;
  size_t count = 0;
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  const void* data = nullptr;  // null for strings
};
Result<OnnxTensorView> ViewTensor(const Ort::Value& value);
Result<std::vector<std::string>> ReadStrings(const Ort::Value& value, size_t count);

/// A tensor over memory of ours, which outlives it.
Result<Ort::Value> WrapTensor(void* data, size_t bytes, const std::vector<int64_t>& shape,
                              ONNXTensorElementDataType element);
Result<Ort::Value> MakeStringTensor(const std::vector<const char*>& texts,
                                    const std::vector<int64_t>& shape);

}  // namespace millrace
