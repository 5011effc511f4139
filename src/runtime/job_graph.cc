// SPDX-License-Identifier: Apache-2.0
#include "runtime/job_graph.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "plan/late_rows.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/nodes/source_nodes.h"
#include "plan/phases/partial_group_node.h"
#include "plan/shared_scans.h"
#include "runtime/partitioning.h"

namespace millrace {
namespace {

void AppendOptions(const std::map<std::string, OptionValue>& options, std::string* out) {
  for (const auto& [key, value] : options) {
    *out += key + "=" + (value.secret ? std::string("(secret)") : value.text) + ";";
  }
}

}  // namespace

class GraphBuilder {
 public:
  explicit GraphBuilder(JobGraph* graph) : graph_(graph) {}

  Status AddRoots(const std::vector<PlanNodePtr>& roots) {
    roots_ = roots;
    scans_ = SharedScans(roots);
    graph_->identity_ = PlanIdentity::Of(roots);
    for (const PlanNodePtr& root : roots) {
      if (As<SinkNode>(root) == nullptr && As<CollectNode>(root) == nullptr) {
        return InternalError("a plan ends in " + std::string(root->kind()));
      }
      TRY_ASSIGN(const int input, Add(root->children()[0]));
      const int index = NewNode(GraphNode::Role::kTerminal, root);
      Connect(input, index, 0);
    }
    DescribeFingerprint(roots);
    return OkStatus();
  }

 private:
  Result<int> Add(const PlanNodePtr& plan) {
    if (const auto found = by_digest_.find(plan->digest()); found != by_digest_.end()) {
      return found->second;
    }
    int index = -1;
    if (const auto* scan = As<ScanNode>(plan)) {
      index = AddScan(plan, *scan);
    } else if (const auto* late = As<LateRowsNode>(plan)) {
      TRY_ASSIGN(index, AddLateRows(plan, *late));
    } else if (plan->children().empty()) {
      index = NewNode(GraphNode::Role::kSource, plan);
    } else {
      std::vector<int> inputs;
      for (const PlanNodePtr& child : plan->children()) {
        TRY_ASSIGN(const int input, Add(child));
        inputs.push_back(input);
      }
      index = AddOperator(plan, inputs);
      graph_->has_keyed_state_ |= plan->has_keyed_state();
    }
    by_digest_.emplace(plan->digest(), index);
    return index;
  }

  int AddOperator(const PlanNodePtr& plan, const std::vector<int>& inputs) {
    if (const auto phases = PhasesOf(plan, inputs[0])) {
      const int partial = NewNode(GraphNode::Role::kOperator, (*phases)->children()[0]);
      Connect(inputs[0], partial, 0);
      const int whole = NewNode(GraphNode::Role::kOperator, *phases);
      graph_->nodes_[static_cast<size_t>(whole)].id = graph_->identity_.IdOf(plan);
      Connect(partial, whole, 0);
      return whole;
    }
    const int index = NewNode(GraphNode::Role::kOperator, plan);
    for (size_t i = 0; i < inputs.size(); ++i) Connect(inputs[i], index, static_cast<int>(i));
    return index;
  }

  /// A group in two phases where its rows would go through an exchange.
  std::optional<PlanNodePtr> PhasesOf(const PlanNodePtr& plan, int input) const {
    const Partitioning& from = partitionings_[static_cast<size_t>(input)];
    if (graph_->shards_ == 1 || from.kind == Partitioning::Kind::kSingle ||
        from.Satisfies(plan->required_distribution(0))) {
      return std::nullopt;
    }
    return InTwoPhases(plan);
  }

  int AddScan(const PlanNodePtr& plan, const ScanNode& scan) {
    const PlanNodePtr whole = scans_.WholeOf(plan);
    int source = -1;
    if (const auto found = by_digest_.find(whole->digest()); found != by_digest_.end()) {
      source = found->second;
    } else {
      source = NewNode(GraphNode::Role::kSource, whole);
      by_digest_.emplace(whole->digest(), source);
    }
    const std::vector<size_t>& all = As<ScanNode>(whole)->columns();
    if (scan.columns() == all) return source;
    const int select = NewNode(GraphNode::Role::kSelect, plan);
    for (const size_t column : scan.columns()) {
      const auto place = std::ranges::find(all, column) - all.begin();
      graph_->nodes_[static_cast<size_t>(select)].selection.push_back(static_cast<int>(place));
    }
    Connect(source, select, 0);
    return select;
  }

  /// Behind all operators that may drop rows of the table.
  Result<int> AddLateRows(const PlanNodePtr& plan, const LateRowsNode& late) {
    std::vector<int> droppers;
    for (const PlanNodePtr& dropper : LateRowDroppers(roots_, late.table()->path)) {
      TRY_ASSIGN(const int index, Add(dropper));
      droppers.push_back(index);
    }
    const int index = NewNode(GraphNode::Role::kOperator, plan);
    const Partitioning single{Partitioning::Kind::kSingle, {}};
    bool all_single = !droppers.empty();
    for (size_t i = 0; i < droppers.size(); ++i) {
      const auto from = static_cast<size_t>(droppers[i]);
      graph_->edges_.push_back({.id = static_cast<int>(graph_->edges_.size()),
                                .from = droppers[i],
                                .to = index,
                                .input = static_cast<int>(i),
                                .late = true});
      graph_->nodes_[static_cast<size_t>(index)].inputs.push_back(graph_->edges_.back().id);
      graph_->nodes_[from].outputs.push_back(graph_->edges_.back().id);
      all_single &= partitionings_[from].kind == Partitioning::Kind::kSingle;
    }
    graph_->nodes_[static_cast<size_t>(index)].table = late.table()->name;
    if (all_single) partitionings_[static_cast<size_t>(index)] = single;
    return index;
  }

  int NewNode(GraphNode::Role role, const PlanNodePtr& plan) {
    GraphNode node;
    node.index = static_cast<int>(graph_->nodes_.size());
    node.role = role;
    node.plan = plan;
    node.id = IdOf(role, plan);
    if (const auto* scan = As<ScanNode>(plan)) node.table = scan->table()->name;
    if (const auto* sink = As<SinkNode>(plan)) node.table = sink->table()->name;
    node.active.assign(static_cast<size_t>(graph_->shards_), true);
    graph_->nodes_.push_back(std::move(node));
    partitionings_.emplace_back();
    return graph_->nodes_.back().index;
  }

  std::string IdOf(GraphNode::Role role, const PlanNodePtr& plan) {
    if (role == GraphNode::Role::kTerminal) return graph_->identity_.IdOfRoot(terminals_++);
    const std::string id = graph_->identity_.IdOf(plan);
    if (role != GraphNode::Role::kSelect) return id;
    return id + "-columns-" + std::to_string(selects_++);
  }

  /// Edges of one node are made in input order; the last one decides where its output lies.
  void Connect(int from, int to, int input) {
    GraphNode& target = graph_->nodes_[static_cast<size_t>(to)];
    GraphEdge edge{
        .id = static_cast<int>(graph_->edges_.size()), .from = from, .to = to, .input = input};
    target.inputs.push_back(edge.id);
    graph_->nodes_[static_cast<size_t>(from)].outputs.push_back(edge.id);
    if (target.table.empty()) target.table = graph_->nodes_[static_cast<size_t>(from)].table;
    graph_->edges_.push_back(std::move(edge));
    if (target.inputs.size() < target.plan->children().size()) return;
    PlaceExchanges(target);
  }

  void PlaceExchanges(GraphNode& node) {
    std::vector<Partitioning> inputs;
    for (const int edge : node.inputs) {
      inputs.push_back(partitionings_[static_cast<size_t>(Edge(edge).from)]);
    }
    // A join may stay on one shard only if all of its inputs are there.
    const bool all_single = std::ranges::all_of(
        inputs, [](const Partitioning& p) { return p.kind == Partitioning::Kind::kSingle; });
    for (size_t i = 0; i < inputs.size() && graph_->shards_ > 1; ++i) {
      if (node.role == GraphNode::Role::kSelect) break;
      const Distribution required = node.plan->required_distribution(i);
      const bool alone = inputs[i].kind != Partitioning::Kind::kSingle || all_single ||
                         required.kind != Distribution::Kind::kHash;
      if (alone && inputs[i].Satisfies(required)) continue;
      GraphEdge& edge = Edge(node.inputs[i]);
      const bool hash = required.kind == Distribution::Kind::kHash && !required.keys.empty();
      edge.kind = hash ? EdgeKind::kHash : EdgeKind::kSingle;
      edge.keys = hash ? required.keys : std::vector<int>{};
      inputs[i] = hash ? Partitioning{Partitioning::Kind::kHash, required.keys}
                       : Partitioning{Partitioning::Kind::kSingle, {}};
    }
    partitionings_[static_cast<size_t>(node.index)] = node.role == GraphNode::Role::kSelect
                                                          ? Partitioning{}
                                                          : OutputPartitioning(node.plan, inputs);
  }

  GraphEdge& Edge(int id) { return graph_->edges_[static_cast<size_t>(id)]; }

  void DescribeFingerprint(const std::vector<PlanNodePtr>& roots) {
    for (const PlanNodePtr& root : roots) {
      graph_->fingerprint_ += root->digest() + "\n";
      if (const auto* sink = As<SinkNode>(root)) {
        AppendOptions(sink->table()->raw_options, &graph_->fingerprint_);
      }
    }
    for (const TablePtr& table : scans_.tables()) {
      AppendOptions(table->raw_options, &graph_->fingerprint_);
    }
  }

  JobGraph* graph_;
  std::vector<PlanNodePtr> roots_;
  SharedScans scans_;
  std::map<std::string, int> by_digest_;
  size_t terminals_ = 0;
  size_t selects_ = 0;
  std::vector<Partitioning> partitionings_;
};

Result<JobGraph> JobGraph::Build(const std::vector<PlanNodePtr>& roots, int shards) {
  JobGraph graph;
  graph.shards_ = shards;
  TRY(GraphBuilder(&graph).AddRoots(roots));
  return graph;
}

void JobGraph::Adopt(const PlanIdentity& before, const std::map<std::string, std::string>& ids) {
  std::vector<std::string> own;
  for (const OperatorIdentity& identity : identity_.operators()) own.push_back(identity.id);
  identity_.Adopt(before, ids);
  std::map<std::string, std::string> renamed;
  for (size_t i = 0; i < own.size(); ++i) renamed[own[i]] = identity_.operators()[i].id;
  for (GraphNode& node : nodes_) {
    if (const auto found = renamed.find(node.id); found != renamed.end()) node.id = found->second;
  }
}

void JobGraph::SetReaders(int node, std::vector<bool> shards) {
  nodes_[static_cast<size_t>(node)].active = std::move(shards);
}

void JobGraph::DeriveActive() {
  const auto shards = static_cast<size_t>(shards_);
  for (GraphNode& node : nodes_) {
    if (node.role == GraphNode::Role::kSource) continue;
    node.active.assign(shards, false);
    for (const int id : node.inputs) {
      const GraphEdge& edge = edges_[static_cast<size_t>(id)];
      const std::vector<bool>& from = nodes_[static_cast<size_t>(edge.from)].active;
      for (size_t shard = 0; shard < shards; ++shard) {
        if (!from[shard]) continue;
        if (edge.kind == EdgeKind::kLocal) node.active[shard] = true;
        if (edge.kind == EdgeKind::kSingle) node.active[0] = true;
        if (edge.kind == EdgeKind::kHash) node.active.assign(shards, true);
      }
    }
  }
}

}  // namespace millrace
