// SPDX-License-Identifier: Apache-2.0
// TreeEnsemble: boosted trees with one sum per row, the usual model of a decision. ONNX Runtime
// walks one tree for one row at a time, and every step waits for the one before; here many rows go
// through a tree together, without a branch.
//
// The leaves of a tree are numbered from the true side to the false side. Each test has the set of
// leaves that are out of reach when it is false: those under its true side. A row starts with all
// leaves; every test of the tree is made, the false ones take their leaves away, and the first leaf
// left is the row's (QuickScorer: Lucchese et al., SIGIR 2015). Leaves are added up in the order of
// the trees in float, as ONNX Runtime adds them: results are its own to the last bit, which
// tree_check.h makes sure of for each model. Immutable once made; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace {

class TreeEnsemble {
 public:
  /// From a NodeProto of TreeEnsembleClassifier or TreeEnsembleRegressor. Nothing if it is no such
  /// node, or has a test or an answer of another kind, or a tree of more than 64 leaves.
  static std::optional<TreeEnsemble> Parse(std::string_view node);

  bool classifies() const { return classifies_; }
  /// Rows have at least so many values.
  int64_t features() const { return features_; }
  int64_t scores() const { return classifies_ ? 2 : 1; }
  /// The thresholds that a feature is compared with.
  std::vector<float> Thresholds(int64_t feature) const;

  /// `rows` rows of `width` values. Writes scores() a row and, if it classifies, a label.
  void Run(const float* input, int64_t rows, int64_t width, float* scores, int64_t* labels) const;

  struct Test {
    float threshold = 0;
    uint32_t column = 0;  // of used_
    uint64_t kept = 0;    // the leaves that stay when it is false
    bool nan_is_true = false;
  };
  struct Tree {
    uint32_t test_end = 0;
    uint32_t first_leaf = 0;
  };

 private:
  friend class TreeReader;

  void Answer(float sum, float* scores, int64_t* label) const;

  bool classifies_ = false;
  bool logistic_ = false;
  bool positive_weights_ = false;  // a classifier whose leaves are all positive: a sum is a share
  float base_ = 0;
  int64_t labels_[2] = {0, 1};
  int64_t features_ = 0;
  std::vector<uint32_t> used_;  // features that are looked at
  std::vector<Test> tests_;     // tree by tree
  std::vector<Tree> trees_;
  std::vector<float> leaves_;
  bool narrow_ = true;  // no tree has more than 32 leaves
};

}  // namespace millrace
