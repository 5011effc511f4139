// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "models/model.h"

namespace millrace {

/// REQUIRES: output column i has the type of input column i.
std::shared_ptr<LoadedModel> MakeEchoModel(const ModelDefinition& model);

}  // namespace millrace
