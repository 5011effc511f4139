// SPDX-License-Identifier: Apache-2.0
// The list of model providers that exist.
#include "models/echo/backend.h"
#include "models/model.h"
#include "models/onnx/backend.h"

namespace millrace {

void RegisterBuiltinModelBackends(ModelBackendRegistry* registry) {
  registry->Register(MakeEchoBackend());
  registry->Register(MakeOnnxBackend());
}

}  // namespace millrace
