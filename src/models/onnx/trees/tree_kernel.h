// SPDX-License-Identifier: Apache-2.0
// The loop of TreeEnsemble over a block of rows, compiled for several instruction sets; the one of
// this processor is taken at run time.
#pragma once

#include <span>

#include "models/onnx/trees/tree_ensemble.h"

namespace millrace {

constexpr int64_t kTreeBlockRows = 32;

struct TreeBlock {
  std::span<const TreeEnsemble::Test> tests;
  std::span<const TreeEnsemble::Tree> trees;
  const float* leaves = nullptr;
  /// kTreeBlockRows values of each used feature, one feature after the other; aligned to 64 bytes.
  const float* columns = nullptr;
  float* sums = nullptr;  // kTreeBlockRows; written
};

/// `narrow`: no tree has more than 32 leaves.
void SumTrees(const TreeBlock& block, bool narrow);

}  // namespace millrace
