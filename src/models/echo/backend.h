// SPDX-License-Identifier: Apache-2.0
// Provider 'echo': output column i is input column i. For tests of pipelines without a model file,
// and the smallest example of a backend.
#pragma once

#include <memory>

#include "models/model.h"

namespace millrace {

std::unique_ptr<ModelBackend> MakeEchoBackend();

}  // namespace millrace
