// SPDX-License-Identifier: Apache-2.0
// Provider 'onnx': a model file, run in this process on the batch at hand.
#pragma once

#include <memory>

#include "models/model.h"

namespace millrace {

std::unique_ptr<ModelBackend> MakeOnnxBackend();

}  // namespace millrace
