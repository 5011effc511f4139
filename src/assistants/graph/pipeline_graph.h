// SPDX-License-Identifier: Apache-2.0
// PipelineGraph: the operators of a whole file and the edges between them, for pictures. The shape
// is the one the runtime builds (JobGraph): equal sub-plans and scans of one table are one node.
// Statements outside of a STATEMENT SET run as jobs of their own, so a source that several of them
// read is drawn once but read once per job; `jobs` of a node says by which.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "plan/delay.h"
#include "plan/program.h"

namespace millrace {

struct PipelineGraph {
  enum class Role { kSource, kOperator, kSink };
  struct Node {
    std::string id;  // stable operator id of the plan
    std::string kind;
    Role role = Role::kOperator;
    std::string table;      // sources and sinks
    std::string connector;  // sources and sinks
    std::string details;
    std::string changelog;  // of its output
    std::string state;      // empty: none
    OperatorDelay delay;
    std::vector<size_t> jobs;  // indexes into `jobs`, ascending
  };
  struct Edge {
    size_t from = 0;
    size_t to = 0;
    int input = 0;
    std::string exchange;           // "hash", "single", or empty: rows stay on their shard
    std::vector<std::string> keys;  // of a hash exchange
    std::string changelog;
    std::vector<Column> columns;
  };

  std::string name;
  std::vector<std::string> jobs;  // titles of the statements that run
  std::vector<Node> nodes;        // inputs come before what reads them
  std::vector<Edge> edges;
};

/// The graph of all statements of a program that move rows, with the exchanges that more than one
/// shard needs.
Result<PipelineGraph> DescribeGraph(const Program& program);

struct GraphTextOptions {
  size_t columns_max = 16;  // on one edge of a picture; the others are counted
};

/// {"format_version", "name", "jobs": [..], "nodes": [..], "edges": [..]}, complete.
std::string GraphJson(const PipelineGraph& graph);
/// A Mermaid flowchart.
std::string GraphMermaid(const PipelineGraph& graph, const GraphTextOptions& options);
/// A Graphviz digraph.
std::string GraphDot(const PipelineGraph& graph, const GraphTextOptions& options);

}  // namespace millrace
