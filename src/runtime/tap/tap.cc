// SPDX-License-Identifier: Apache-2.0
#include "runtime/tap/tap.h"

#include <algorithm>
#include <set>

namespace millrace {
namespace {

/// Batches may be tiny: so many of them are kept at most.
constexpr size_t kSamplesMax = 4096;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

bool GlobMatches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || Lower(pattern[p]) == Lower(text[t]))) {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

TapListener::Taken TapListener::Take() {
  const std::lock_guard lock(mutex_);
  room_ = room_max_;
  return std::exchange(taken_, {});
}

void TapListener::Offer(size_t edge, const Batch& batch) {
  const std::lock_guard lock(mutex_);
  taken_.seen += static_cast<uint64_t>(batch.num_rows);
  if (room_ == 0 || taken_.samples.size() >= kSamplesMax) return;
  const auto rows = std::min<int64_t>(batch.num_rows, static_cast<int64_t>(room_));
  room_ -= static_cast<size_t>(rows);
  taken_.samples.push_back({edge, rows == batch.num_rows ? batch : batch.Slice(0, rows)});
}

void TapPoint::Offer(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [&](const std::weak_ptr<TapListener>& entry) {
    const auto listener = entry.lock();
    if (listener != nullptr) listener->Offer(edge_, batch);
    return listener == nullptr;
  });
  if (listeners_.empty()) heard_.store(false, std::memory_order_relaxed);
}

void TapPoint::Add(const std::weak_ptr<TapListener>& listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(listener);
  heard_.store(true, std::memory_order_relaxed);
}

TapHub::TapHub(const JobGraph& graph, int shards) : shards_(shards) {
  for (const GraphNode& node : graph.nodes()) {
    const bool selects = node.role == GraphNode::Role::kSelect;
    const std::string kind(selects ? "Select" : node.plan->kind());
    const bool own_table =
        node.role == GraphNode::Role::kSource || node.role == GraphNode::Role::kTerminal;
    Node known;
    known.names = {node.id, kind};
    if (own_table && !node.table.empty()) known.names.push_back(node.table);
    known.has_output = node.role != GraphNode::Role::kTerminal;
    for (const int edge : node.inputs) {
      known.inputs.push_back(graph.edges()[static_cast<size_t>(edge)].from);
    }
    nodes_.push_back(std::move(known));
    edge_of_node_.push_back(-1);
    if (!nodes_.back().has_output) continue;
    edge_of_node_.back() = static_cast<int>(edges_.size());
    Edge edge{.id = node.id,
              .kind = kind,
              .table = node.role == GraphNode::Role::kSource ? node.table : std::string(),
              .schema = node.plan->schema(),
              .readers = {}};
    for (const int output : node.outputs) {
      const GraphNode& reader =
          graph.nodes()[static_cast<size_t>(graph.edges()[static_cast<size_t>(output)].to)];
      std::string name(reader.role == GraphNode::Role::kSelect ? "Select" : reader.plan->kind());
      if (reader.role == GraphNode::Role::kTerminal && !reader.table.empty()) {
        name += " " + reader.table;
      }
      edge.readers.push_back(std::move(name));
    }
    edges_.push_back(std::move(edge));
    for (int shard = 0; shard < shards_; ++shard) {
      points_.push_back(std::make_unique<TapPoint>(edges_.size() - 1));
    }
  }
}

TapPoint* TapHub::point(int node, int shard) {
  const int edge = edge_of_node_[static_cast<size_t>(node)];
  if (edge < 0) return nullptr;
  return points_[static_cast<size_t>(edge * shards_ + shard)].get();
}

std::vector<size_t> TapHub::Match(std::string_view pattern, TapSide side) const {
  std::set<size_t> found;
  const auto add = [&](int node) {
    const int edge = edge_of_node_[static_cast<size_t>(node)];
    if (edge >= 0) found.insert(static_cast<size_t>(edge));
  };
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const bool matches = std::ranges::any_of(
        nodes_[i].names, [&](const std::string& name) { return GlobMatches(pattern, name); });
    if (!matches) continue;
    if (side == TapSide::kOutputs && nodes_[i].has_output) {
      add(static_cast<int>(i));
    } else {
      for (const int input : nodes_[i].inputs) add(input);
    }
  }
  return {found.begin(), found.end()};
}

std::vector<std::string> TapHub::Names() const {
  std::set<std::string> names;
  for (const Node& node : nodes_) names.insert(node.names.back());
  return {names.begin(), names.end()};
}

std::shared_ptr<TapListener> TapHub::Listen(const std::vector<size_t>& edges, size_t room) {
  auto listener = std::make_shared<TapListener>(room);
  for (const size_t edge : edges) {
    for (int shard = 0; shard < shards_; ++shard) {
      points_[edge * static_cast<size_t>(shards_) + static_cast<size_t>(shard)]->Add(listener);
    }
  }
  return listener;
}

}  // namespace millrace
