// SPDX-License-Identifier: Apache-2.0
// Random ensembles against ONNX Runtime, which answers the same node, and against a walk through
// each tree.
#include "models/onnx/trees/tree_ensemble.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <random>
#include <sstream>

#include "models/onnx/file/wire_writer.h"
#include "models/onnx/trees/tree_check.h"

namespace millrace {
namespace {

constexpr int kFeatures = 7;

struct Node {
  int64_t tree;
  int64_t number;
  bool leaf;
  int64_t feature;
  float threshold;
  int64_t true_side;
  int64_t false_side;
  bool nan_is_true;
  float weight;
};

struct Forest {
  std::vector<Node> nodes;
  std::string mode = "BRANCH_LEQ";
  bool classifier = true;
  std::string transform = "LOGISTIC";
};

class ForestMaker {
 public:
  explicit ForestMaker(uint64_t seed) : random_(seed) {}

  Forest Make(int trees, int leaves, bool positive) {
    Forest forest;
    for (int64_t tree = 0; tree < trees; ++tree) {
      next_ = 0;
      Grow(tree, 1 + static_cast<int>(random_() % static_cast<uint64_t>(leaves)), positive,
           &forest.nodes);
    }
    return forest;
  }

 private:
  int64_t Grow(int64_t tree, int leaves, bool positive, std::vector<Node>* nodes) {
    const int64_t number = next_++;
    const size_t place = nodes->size();
    float weight = static_cast<float>(static_cast<int64_t>(random_() % 2001) - 1000) / 997.0F;
    if (positive) weight = std::abs(weight) / 50;
    nodes->push_back({tree, number, leaves == 1, static_cast<int64_t>(random_() % kFeatures),
                      static_cast<float>(random_() % 40) / 7.0F - 2, 0, 0, random_() % 2 == 0,
                      weight});
    if (leaves == 1) return number;
    const int left = 1 + static_cast<int>(random_() % static_cast<uint64_t>(leaves - 1));
    const int64_t true_side = Grow(tree, left, positive, nodes);
    const int64_t false_side = Grow(tree, leaves - left, positive, nodes);
    (*nodes)[place].true_side = true_side;
    (*nodes)[place].false_side = false_side;
    return number;
  }

  std::mt19937_64 random_;
  int64_t next_ = 0;
};

class NodeWriter {
 public:
  explicit NodeWriter(const Forest& forest) {
    const std::string kind = forest.classifier ? "class_" : "target_";
    for (const Node& node : forest.nodes) {
      Add("nodes_treeids", node.tree);
      Add("nodes_nodeids", node.number);
      Add("nodes_featureids", node.leaf ? 0 : node.feature);
      AddFloat("nodes_values", node.leaf ? 0 : node.threshold);
      AddText("nodes_modes", node.leaf ? "LEAF" : forest.mode);
      Add("nodes_truenodeids", node.true_side);
      Add("nodes_falsenodeids", node.false_side);
      Add("nodes_missing_value_tracks_true", node.nan_is_true ? 1 : 0);
      if (!node.leaf) continue;
      Add(kind + "treeids", node.tree);
      Add(kind + "nodeids", node.number);
      Add(kind + "ids", 0);
      AddFloat(kind + "weights", node.weight);
    }
    if (forest.classifier) {
      Add("classlabels_int64s", 3);
      Add("classlabels_int64s", 8);
    }
    std::string transform;
    PutWireBytes(4, forest.transform, &transform);
    attributes_["post_transform"] = {3, transform};
    if (!forest.classifier) {
      std::string targets;
      PutWireNumber(3, 1, &targets);
      attributes_["n_targets"] = {2, targets};
    }
    PutWireBytes(1, "x", &node_);
    if (forest.classifier) PutWireBytes(2, "label", &node_);
    PutWireBytes(2, "scores", &node_);
    PutWireBytes(4, forest.classifier ? "TreeEnsembleClassifier" : "TreeEnsembleRegressor", &node_);
    for (const auto& [name, attribute] : attributes_) {
      std::string bytes;
      PutWireBytes(1, name, &bytes);
      bytes += attribute.second;
      PutWireNumber(20, static_cast<uint64_t>(attribute.first), &bytes);
      PutWireBytes(5, bytes, &node_);
    }
    PutWireBytes(7, "ai.onnx.ml", &node_);
  }
  const std::string& node() const { return node_; }

 private:
  void Add(const std::string& name, int64_t value) {
    attributes_[name].first = 7;
    PutWireNumber(8, static_cast<uint64_t>(value), &attributes_[name].second);
  }
  void AddFloat(const std::string& name, float value) {
    std::string& bytes = attributes_[name].second;
    attributes_[name].first = 6;
    PutWireVarint(7 << 3 | 5, &bytes);
    const auto bits = std::bit_cast<uint32_t>(value);
    for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(bits >> (8 * i)));
  }
  void AddText(const std::string& name, const std::string& value) {
    attributes_[name].first = 8;
    PutWireBytes(9, value, &attributes_[name].second);
  }

  std::map<std::string, std::pair<int, std::string>> attributes_;  // type and bytes
  std::string node_;
};

float Walk(const Forest& forest, const std::vector<float>& row) {
  float sum = 0;
  for (size_t i = 0; i < forest.nodes.size(); ++i) {
    if (i != 0 && forest.nodes[i].tree == forest.nodes[i - 1].tree) continue;
    size_t at = i;
    while (!forest.nodes[at].leaf) {
      const Node& node = forest.nodes[at];
      const float value = row[static_cast<size_t>(node.feature)];
      const bool is_true = std::isnan(value) ? node.nan_is_true : value <= node.threshold;
      at = i + static_cast<size_t>(is_true ? node.true_side : node.false_side);
    }
    sum += forest.nodes[at].weight;
  }
  return sum;
}

ReplacedTrees AsReplaced(const std::string& node, TreeEnsemble ensemble) {
  static const std::string kOpset = [] {
    std::string opset;
    PutWireBytes(1, "ai.onnx.ml", &opset);
    PutWireNumber(2, 3, &opset);
    return opset;
  }();
  ReplacedTrees replaced;
  replaced.ensembles.push_back(std::move(ensemble));
  replaced.nodes = {node};
  replaced.opsets = {kOpset};
  replaced.ir_version = 7;
  return replaced;
}

TEST(TreeEnsembleTest, RandomForestsAnswerAsAWalkAndAsOnnxRuntime) {
  std::mt19937_64 random(9);
  for (uint64_t seed = 1; seed <= 24; ++seed) {
    Forest forest = ForestMaker(seed).Make(40, seed % 3 == 0 ? 64 : 31, seed % 4 == 1);
    forest.classifier = seed % 2 == 0;
    forest.transform = forest.classifier && seed % 4 == 0 ? "LOGISTIC" : "NONE";
    const std::string node = NodeWriter(forest).node();
    const auto ensemble = TreeEnsemble::Parse(node);
    ASSERT_TRUE(ensemble.has_value()) << "seed " << seed;
    ASSERT_EQ(ensemble->classifies(), forest.classifier);
    std::vector<float> rows;
    constexpr int64_t kRows = 100;
    for (int64_t i = 0; i < kRows * kFeatures; ++i) {
      rows.push_back(random() % 9 == 0 ? std::numeric_limits<float>::quiet_NaN()
                                       : static_cast<float>(random() % 40) / 7.0F - 2);
    }
    std::vector<float> scores(static_cast<size_t>(kRows * ensemble->scores()));
    std::vector<int64_t> labels(kRows);
    ensemble->Run(rows.data(), kRows, kFeatures, scores.data(), labels.data());
    for (int64_t row = 0; row < kRows && forest.transform == "NONE"; ++row) {
      const auto begin = rows.begin() + row * kFeatures;
      const float wanted = Walk(forest, {begin, begin + kFeatures});
      EXPECT_EQ(scores[static_cast<size_t>((row + 1) * ensemble->scores() - 1)], wanted);
    }
    EXPECT_TRUE(TreesAgree(AsReplaced(node, *ensemble))) << "seed " << seed;
  }
}

TEST(TreeEnsembleTest, ADifferentEnsembleDoesNotAgree) {
  Forest forest = ForestMaker(5).Make(30, 16, false);
  const std::string node = NodeWriter(forest).node();
  forest.nodes.back().weight += 0.125F;
  const auto other = TreeEnsemble::Parse(NodeWriter(forest).node());
  ASSERT_TRUE(other.has_value());
  EXPECT_FALSE(TreesAgree(AsReplaced(node, *other)));
}

TEST(TreeEnsembleTest, WhatIsNotHandledIsLeftAlone) {
  Forest forest = ForestMaker(5).Make(3, 8, false);
  EXPECT_TRUE(TreeEnsemble::Parse(NodeWriter(forest).node()).has_value());
  Forest other_mode = forest;
  other_mode.mode = "BRANCH_LT";
  EXPECT_FALSE(TreeEnsemble::Parse(NodeWriter(other_mode).node()).has_value());
  Forest other_transform = forest;
  other_transform.transform = "SOFTMAX";
  EXPECT_FALSE(TreeEnsemble::Parse(NodeWriter(other_transform).node()).has_value());
  Forest loop = forest;
  for (Node& node : loop.nodes) node.true_side = node.false_side = 0;
  EXPECT_FALSE(TreeEnsemble::Parse(NodeWriter(loop).node()).has_value());
  EXPECT_FALSE(TreeEnsemble::Parse("").has_value());
  EXPECT_FALSE(TreeEnsemble::Parse(NodeWriter(forest).node().substr(0, 300)).has_value());
}

TEST(TreeEnsembleTest, TheModelOfTheExampleRunsWithIts) {
  std::ifstream file("examples/fraud/model.onnx", std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  const std::string model = bytes.str();
  const auto replaced = ReplaceTrees(model);
  ASSERT_TRUE(replaced.has_value());
  ASSERT_EQ(replaced->ensembles.size(), 1u);
  EXPECT_EQ(replaced->ensembles[0].features(), 22);
  EXPECT_TRUE(TreesAgree(*replaced));
}

}  // namespace
}  // namespace millrace
