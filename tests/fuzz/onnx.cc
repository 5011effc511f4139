// SPDX-License-Identifier: Apache-2.0
// The pre-parser of ONNX files on any bytes: accepts or refuses, never reads outside, never hangs.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "models/onnx/file/model_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto file =
      millrace::ParseOnnxModel(std::string_view(reinterpret_cast<const char*>(data), size));
  if (file) {
    CHECK(!file->signature.outputs.empty());
    CHECK(file->node_count <= millrace::kOnnxNodesMax);
  } else {
    CHECK_EQ(file.error().code, "MR0605");
    CHECK(!file.error().message.empty());
  }
  return 0;
}
