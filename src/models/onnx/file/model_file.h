// SPDX-License-Identifier: Apache-2.0
// OnnxModelFile: reads an ONNX file by itself, before ONNX Runtime sees a byte of it. ONNX Runtime
// opens whatever file a model names, allocates whatever size it states and loads whatever operator
// library it asks for; here all that is refused, and the signature is read without running
// anything. Linear in the size of the file; depth of nested graphs is bounded. Never throws.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "models/model.h"

namespace millrace {

struct OnnxModelFile {
  ModelSignature signature;               // without the inputs that have an initializer (weights)
  std::map<std::string, int64_t> opsets;  // by domain, "" = ai.onnx
  std::string producer;
  int64_t ir_version = 0;
  int64_t node_count = 0;  // nested graphs and functions included
};

constexpr int64_t kOnnxNodesMax = 100'000;
constexpr int kOnnxGraphDepthMax = 8;
constexpr uint64_t kOnnxFileBytesMax = (uint64_t{1} << 31) - 1;  // protobuf's own limit

/// Fails with MR0605; the message names the reason, not the file.
Result<OnnxModelFile> ParseOnnxModel(std::string_view bytes);

}  // namespace millrace
