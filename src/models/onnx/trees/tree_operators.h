// SPDX-License-Identifier: Apache-2.0
// TreeOperators: ensembles as operators of ONNX Runtime, so that all else of a model's graph stays
// with it. ReplaceTrees writes the model in which the tree nodes are calls of these operators.
#pragma once

#include <onnxruntime_cxx_api.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/onnx/trees/tree_ensemble.h"

namespace millrace {

class TreeOperators {
 public:
  static constexpr const char* kDomain = "millrace";
  static std::string NameOf(size_t index) { return "TreeEnsemble" + std::to_string(index); }

  /// May throw Ort::Exception. The object outlives the sessions it was added to.
  explicit TreeOperators(std::vector<TreeEnsemble> ensembles);
  ~TreeOperators();
  void AddTo(Ort::SessionOptions* options) const;

 private:
  struct Operator;
  std::vector<std::unique_ptr<Operator>> operators_;
  Ort::CustomOpDomain domain_{nullptr};
};

struct ReplacedTrees {
  std::string model;
  std::vector<TreeEnsemble> ensembles;   // by number of the operator
  std::vector<std::string_view> nodes;   // the NodeProtos they were, in the model given
  std::vector<std::string_view> opsets;  // the model's
  int64_t ir_version = 0;
};

/// `model`: found safe by ParseOnnxModel; outlives the result. Nothing if no node was replaced.
std::optional<ReplacedTrees> ReplaceTrees(std::string_view model);

}  // namespace millrace
