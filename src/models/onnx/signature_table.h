// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "models/model.h"

namespace millrace {

/// Both sides beside each other:
///             declared        in the file
///     INPUT   amount DOUBLE   float_input float32[N,8]
std::string SignatureTable(const ModelDefinition& model, const ModelSignature& signature);

}  // namespace millrace
