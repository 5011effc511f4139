// SPDX-License-Identifier: Apache-2.0
// Field numbers are those of onnx.proto3 (NodeProto, AttributeProto); attributes are those of
// TreeEnsembleClassifier and TreeEnsembleRegressor in ai.onnx.ml, versions 1 and 3.
#include "models/onnx/trees/tree_ensemble.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "models/onnx/file/wire_reader.h"
#include "models/onnx/trees/tree_kernel.h"

namespace millrace {
namespace {

constexpr size_t kLeavesMax = 64;

struct Attribute {
  std::string name;
  std::string text;
  std::vector<float> floats;
  std::vector<int64_t> integers;
  std::vector<std::string_view> texts;
  int64_t number = 0;
  bool other = false;  // holds something else too
};

float FloatOf(uint64_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits)); }

/// A repeated field of numbers, packed or one by one.
void AddIntegers(const WireReader& reader, std::vector<int64_t>* integers) {
  if (!reader.is_bytes()) return integers->push_back(reader.signed_number());
  size_t position = 0;
  uint64_t value = 0;
  while (position < reader.bytes().size() && ReadWireVarint(reader.bytes(), &position, &value)) {
    integers->push_back(static_cast<int64_t>(value));
  }
}

void AddFloats(const WireReader& reader, std::vector<float>* floats) {
  if (!reader.is_bytes()) return floats->push_back(FloatOf(reader.number()));
  const std::string_view bytes = reader.bytes();
  for (size_t at = 0; at + 4 <= bytes.size(); at += 4) {
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; ++i) bits |= uint32_t{static_cast<uint8_t>(bytes[at + i])} << (8 * i);
    floats->push_back(std::bit_cast<float>(bits));
  }
}

Attribute ReadAttribute(std::string_view bytes) {
  Attribute attribute;
  WireReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1: attribute.name = reader.bytes(); break;
      case 3: attribute.number = reader.signed_number(); break;
      case 4: attribute.text = reader.bytes(); break;
      case 7: AddFloats(reader, &attribute.floats); break;
      case 8: AddIntegers(reader, &attribute.integers); break;
      case 9: attribute.texts.push_back(reader.bytes()); break;
      case 13:         // documentation
      case 20: break;  // type
      default: attribute.other = true;
    }
  }
  attribute.other |= !reader.ok();
  return attribute;
}

float Logistic(float value) {
  const float share = 1.0F / (1.0F + std::exp(-std::abs(value)));
  return value < 0 ? 1.0F - share : share;
}

}  // namespace

/// Makes an ensemble of a node's attributes; any step that fails ends it.
class TreeReader {
 public:
  std::optional<TreeEnsemble> Read(std::string_view node) {
    if (!ReadNode(node) || !ReadAnswer() || !ReadNodes() || !ReadLeaves()) return std::nullopt;
    for (const int64_t root : roots_) {
      if (!AddTree(root)) return std::nullopt;
    }
    return std::move(made_);
  }

 private:
  struct Node {
    int64_t tree = 0;
    int64_t number = 0;
    bool is_leaf = false;
    size_t true_side = 0;
    size_t false_side = 0;
    uint32_t feature = 0;
    float threshold = 0;
    bool nan_is_true = false;
    float weight = 0;
    bool weighted = false;
  };

  bool ReadNode(std::string_view bytes) {
    std::string type;
    std::string domain;
    size_t outputs = 0;
    WireReader reader(bytes);
    while (reader.Next()) {
      if (reader.field() == 2) outputs += reader.bytes().empty() ? 0 : 1;
      if (reader.field() == 4) type = reader.bytes();
      if (reader.field() == 7) domain = reader.bytes();
      if (reader.field() != 5) continue;
      Attribute attribute = ReadAttribute(reader.bytes());
      if (attribute.other) return false;
      const std::string name = attribute.name;
      attributes_[name] = std::move(attribute);
    }
    made_.classifies_ = type == "TreeEnsembleClassifier";
    return reader.ok() && domain == "ai.onnx.ml" &&
           (made_.classifies_ ? outputs == 2 : type == "TreeEnsembleRegressor" && outputs == 1);
  }

  const std::vector<int64_t>& Integers(const std::string& name) {
    return attributes_[name].integers;
  }
  const std::vector<float>& Floats(const std::string& name) { return attributes_[name].floats; }

  /// Two classes with one sum, or one target.
  bool ReadAnswer() {
    static const std::set<std::string> kKnown = {
        "aggregate_function", "base_values",    "class_ids",
        "class_nodeids",      "class_treeids",  "class_weights",
        "classlabels_int64s", "n_targets",      "nodes_falsenodeids",
        "nodes_featureids",   "nodes_hitrates", "nodes_missing_value_tracks_true",
        "nodes_modes",        "nodes_nodeids",  "nodes_treeids",
        "nodes_truenodeids",  "nodes_values",   "post_transform",
        "target_ids",         "target_nodeids", "target_treeids",
        "target_weights"};
    for (const auto& [name, attribute] : attributes_) {
      if (!kKnown.contains(name)) return false;
      if (name == "n_targets" && attribute.number != 1) return false;
    }
    const std::string& aggregate = attributes_["aggregate_function"].text;
    if (!aggregate.empty() && aggregate != "SUM") return false;
    const std::string& transform = attributes_["post_transform"].text;
    if (transform != "LOGISTIC" && transform != "NONE" && !transform.empty()) return false;
    made_.logistic_ = transform == "LOGISTIC";
    const std::vector<float>& base = Floats("base_values");
    if (base.size() > 1) return false;
    if (!base.empty()) made_.base_ = base[0];
    if (!made_.classifies_) return !made_.logistic_;
    const std::vector<int64_t>& labels = Integers("classlabels_int64s");
    if (labels.size() != 2) return false;
    made_.labels_[0] = labels[0];
    made_.labels_[1] = labels[1];
    return true;
  }

  bool ReadNodes() {
    const auto& trees = Integers("nodes_treeids");
    const auto& numbers = Integers("nodes_nodeids");
    const auto& features = Integers("nodes_featureids");
    const auto& true_sides = Integers("nodes_truenodeids");
    const auto& false_sides = Integers("nodes_falsenodeids");
    const auto& tracks = Integers("nodes_missing_value_tracks_true");
    const auto& values = Floats("nodes_values");
    const auto& modes = attributes_["nodes_modes"].texts;
    const size_t count = trees.size();
    for (const size_t size : {numbers.size(), features.size(), true_sides.size(),
                              false_sides.size(), values.size(), modes.size()}) {
      if (size != count) return false;
    }
    if (count == 0 || (!tracks.empty() && tracks.size() != count)) return false;
    nodes_.resize(count);
    for (size_t i = 0; i < count; ++i) {
      if (!places_.emplace(std::pair(trees[i], numbers[i]), i).second) return false;
      if (i == 0 || trees[i] != trees[i - 1]) roots_.push_back(static_cast<int64_t>(i));
    }
    for (size_t i = 0; i < count; ++i) {
      Node& node = nodes_[i];
      node = {.tree = trees[i], .number = numbers[i], .is_leaf = modes[i] == "LEAF"};
      if (node.is_leaf) continue;
      const auto true_side = places_.find({trees[i], true_sides[i]});
      const auto false_side = places_.find({trees[i], false_sides[i]});
      if (modes[i] != "BRANCH_LEQ" || features[i] < 0 || features[i] > 1'000'000 ||
          true_side == places_.end() || false_side == places_.end()) {
        return false;
      }
      node.true_side = true_side->second;
      node.false_side = false_side->second;
      node.feature = static_cast<uint32_t>(features[i]);
      node.threshold = values[i];
      node.nan_is_true = !tracks.empty() && tracks[i] != 0;
    }
    return true;
  }

  bool ReadLeaves() {
    const std::string kind = made_.classifies_ ? "class_" : "target_";
    const auto& trees = Integers(kind + "treeids");
    const auto& numbers = Integers(kind + "nodeids");
    const auto& ids = Integers(kind + "ids");
    const auto& weights = Floats(kind + "weights");
    if (numbers.size() != trees.size() || ids.size() != trees.size() ||
        weights.size() != trees.size()) {
      return false;
    }
    made_.positive_weights_ = true;
    for (size_t i = 0; i < trees.size(); ++i) {
      const auto place = places_.find({trees[i], numbers[i]});
      if (place == places_.end() || ids[i] != ids[0]) return false;
      Node& node = nodes_[place->second];
      if (!node.is_leaf || node.weighted) return false;
      node.weight = weights[i];
      node.weighted = true;
      made_.positive_weights_ &= weights[i] >= 0;
    }
    return true;
  }

  /// Numbers the leaves under a node and adds its tests; returns the set of those leaves.
  std::optional<uint64_t> AddNode(size_t place, size_t first_leaf, size_t depth) {
    const Node& node = nodes_[place];
    if (node.is_leaf) {
      const size_t leaf = made_.leaves_.size() - first_leaf;
      if (!node.weighted || leaf >= kLeavesMax) return std::nullopt;
      made_.leaves_.push_back(node.weight);
      return uint64_t{1} << leaf;
    }
    if (depth > kLeavesMax) return std::nullopt;
    const auto left = AddNode(node.true_side, first_leaf, depth + 1);
    if (!left.has_value()) return std::nullopt;
    const auto column = columns_.emplace(node.feature, made_.used_.size());
    if (column.second) made_.used_.push_back(node.feature);
    made_.tests_.push_back({.threshold = node.threshold,
                            .column = static_cast<uint32_t>(column.first->second),
                            .kept = ~*left,
                            .nan_is_true = node.nan_is_true});
    made_.features_ = std::max(made_.features_, int64_t{node.feature} + 1);
    const auto right = AddNode(node.false_side, first_leaf, depth + 1);
    if (!right.has_value()) return std::nullopt;
    return *left | *right;
  }

  bool AddTree(int64_t root) {
    const size_t first_leaf = made_.leaves_.size();
    if (!AddNode(static_cast<size_t>(root), first_leaf, 0).has_value()) return false;
    made_.narrow_ &= made_.leaves_.size() - first_leaf <= 32;
    made_.trees_.push_back({.test_end = static_cast<uint32_t>(made_.tests_.size()),
                            .first_leaf = static_cast<uint32_t>(first_leaf)});
    return true;
  }

  std::map<std::string, Attribute> attributes_;
  std::map<std::pair<int64_t, int64_t>, size_t> places_;  // of nodes by tree and number
  std::vector<Node> nodes_;
  std::vector<int64_t> roots_;
  std::map<uint32_t, size_t> columns_;  // by feature
  TreeEnsemble made_;
};

std::optional<TreeEnsemble> TreeEnsemble::Parse(std::string_view node) {
  return TreeReader().Read(node);
}

std::vector<float> TreeEnsemble::Thresholds(int64_t feature) const {
  std::vector<float> thresholds;
  for (const Test& test : tests_) {
    if (used_[test.column] == feature) thresholds.push_back(test.threshold);
  }
  return thresholds;
}

void TreeEnsemble::Answer(float sum, float* scores, int64_t* label) const {
  if (!classifies_) {
    scores[0] = sum;
    return;
  }
  if (positive_weights_) {
    *label = labels_[sum > 0.5F ? 1 : 0];
    scores[0] = 1.0F - sum;
    scores[1] = sum;
    return;
  }
  *label = labels_[sum > 0 ? 1 : 0];
  scores[0] = logistic_ ? Logistic(-sum) : -sum;
  scores[1] = logistic_ ? Logistic(sum) : sum;
}

void TreeEnsemble::Run(const float* input, int64_t rows, int64_t width, float* scores,
                       int64_t* labels) const {
  struct alignas(64) Line {
    float values[16];
  };
  std::vector<Line> lines(used_.size() * kTreeBlockRows / 16);
  auto* columns = reinterpret_cast<float*>(lines.data());
  float sums[kTreeBlockRows];
  for (int64_t begin = 0; begin < rows; begin += kTreeBlockRows) {
    const int64_t count = std::min(kTreeBlockRows, rows - begin);
    for (int64_t row = 0; row < count; ++row) {
      const float* from = input + (begin + row) * width;
      for (size_t c = 0; c < used_.size(); ++c) {
        columns[c * kTreeBlockRows + static_cast<size_t>(row)] = from[used_[c]];
      }
    }
    SumTrees({tests_, trees_, leaves_.data(), columns, sums}, narrow_);
    for (int64_t row = 0; row < count; ++row) {
      const int64_t at = begin + row;
      Answer(sums[row] + base_, scores + at * this->scores(), classifies_ ? labels + at : nullptr);
    }
  }
}

}  // namespace millrace
