// SPDX-License-Identifier: Apache-2.0
// Loads an ONNX model: reads and checks the file, binds its tensors to the columns, makes the
// session and runs made-up rows once, alone and together. Only a model whose answers are the same
// both ways is ever given several rows at a time.
#pragma once

#include <memory>

#include "models/model.h"

namespace millrace {

Result<std::shared_ptr<LoadedModel>> LoadOnnxModel(const ModelDefinition& model,
                                                   const Environment& env);

}  // namespace millrace
