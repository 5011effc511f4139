// SPDX-License-Identifier: Apache-2.0
// Finds and reads the model file that the option 'path' means: a file, or a directory of numeric
// versions ("models/fraud/3/model.onnx" or "models/fraud/3.onnx"), of which the highest counts.
#pragma once

#include <string>

#include "base/result.h"
#include "env/environment.h"
#include "models/onnx/file/model_file.h"

namespace millrace {

struct OnnxModelSource {
  std::string path;     // of the file
  std::string version;  // directory number, else the first 12 hex digits of the file's SHA-256
  std::string bytes;
  OnnxModelFile file;  // parsed and found safe
};

/// Fails with MR0605 naming the path.
Result<OnnxModelSource> ReadOnnxModel(const std::string& path, const Environment& env);

}  // namespace millrace
