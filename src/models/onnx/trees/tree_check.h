// SPDX-License-Identifier: Apache-2.0
// Whether the ensembles of a model answer as ONNX Runtime does, to the last bit: each is compared
// with the node it came from on rows around its own thresholds, NaN and infinities among them, when
// the model is loaded. A model that differs anywhere stays with ONNX Runtime as a whole.
#pragma once

#include "models/onnx/trees/tree_operators.h"

namespace millrace {

bool TreesAgree(const ReplacedTrees& replaced);

}  // namespace millrace
