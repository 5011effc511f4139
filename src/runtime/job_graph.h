// SPDX-License-Identifier: Apache-2.0
// JobGraph: the operator graph of a job, the same for every shard. Nodes with equal digests are one
// node (a table is read once, a common sub-plan is computed once); scans of one table that want
// different columns share one read of all of them and a selection each. An edge is local, or an
// exchange where the distribution that a node requires is not already there. Immutable.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/identity/plan_identity.h"
#include "plan/node.h"

namespace millrace {

enum class EdgeKind {
  kLocal,   // same shard, no queue
  kHash,    // by key group
  kSingle,  // everything to shard 0
};

struct GraphEdge {
  int id = 0;
  int from = 0;
  int to = 0;
  int input = 0;
  EdgeKind kind = EdgeKind::kLocal;
  std::vector<int> keys;  // kHash: columns of the batches on it
  bool late = false;      // what `from` drops as late, instead of its output
};

struct GraphNode {
  enum class Role { kSource, kOperator, kSelect, kTerminal };
  int index = 0;  // topological: inputs have smaller ones
  Role role = Role::kOperator;
  PlanNodePtr plan;
  std::string id;              // stable (plan/identity); unique in the graph
  std::vector<int> inputs;     // edges in input order
  std::vector<int> outputs;    // edges
  std::vector<int> selection;  // kSelect: columns of the input
  std::string table;           // the table read or written, or the first one upstream
  /// Shards on which this node gets data at all. Sources are set when splits are known.
  std::vector<bool> active;
};

class JobGraph {
 public:
  static Result<JobGraph> Build(const std::vector<PlanNodePtr>& roots, int shards);

  /// Sets on which shards a source reads, then derives where every other node is active.
  void SetReaders(int node, std::vector<bool> shards);
  void DeriveActive();

  const std::vector<GraphNode>& nodes() const { return nodes_; }
  const std::vector<GraphEdge>& edges() const { return edges_; }
  int shards() const { return shards_; }
  bool has_keyed_state() const { return has_keyed_state_; }
  /// Text that is equal exactly if the pipeline means the same: digests of the roots and table
  /// options.
  const std::string& fingerprint() const { return fingerprint_; }
  /// Whose state, positions and outputs there are, to be kept beside them and compared.
  const PlanIdentity& identity() const { return identity_; }
  /// Takes over ids of the plan that an interrupted run had: new id -> old id.
  void Adopt(const PlanIdentity& before, const std::map<std::string, std::string>& ids);

 private:
  friend class GraphBuilder;

  int shards_ = 1;
  bool has_keyed_state_ = false;
  std::string fingerprint_;
  PlanIdentity identity_;
  std::vector<GraphNode> nodes_;
  std::vector<GraphEdge> edges_;
};

}  // namespace millrace
