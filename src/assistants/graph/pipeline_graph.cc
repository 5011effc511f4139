// SPDX-License-Identifier: Apache-2.0
#include "assistants/graph/pipeline_graph.h"

#include <algorithm>
#include <set>

#include "base/json_writer.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/nodes/source_nodes.h"
#include "runtime/job_graph.h"

namespace millrace {
namespace {

constexpr int kFormatVersion = 1;
/// With one shard there would be no exchange to show.
constexpr int kShards = 2;

PipelineGraph::Node DescribeNode(const GraphNode& node) {
  const PlanNode& plan = *node.plan;
  PipelineGraph::Node described{.id = node.id,
                                .kind = std::string(plan.kind()),
                                .role = PipelineGraph::Role::kOperator,
                                .table = {},
                                .connector = {},
                                .details = plan.details(),
                                .changelog = plan.changelog_mode().ToString(),
                                .state = plan.state_description(),
                                .delay = {},
                                .jobs = {}};
  switch (node.role) {
    case GraphNode::Role::kSource: described.role = PipelineGraph::Role::kSource; break;
    case GraphNode::Role::kTerminal: described.role = PipelineGraph::Role::kSink; break;
    case GraphNode::Role::kSelect: described.kind = "Select"; break;
    case GraphNode::Role::kOperator: break;
  }
  const Table* table = nullptr;
  if (const auto* scan = As<ScanNode>(node.plan)) table = scan->table().get();
  if (const auto* sink = As<SinkNode>(node.plan)) table = sink->table().get();
  if (table != nullptr && described.role != PipelineGraph::Role::kOperator) {
    described.table = table->name;
    described.connector = std::string(table->connector->name());
  }
  return described;
}

PipelineGraph::Edge DescribeEdge(const GraphEdge& edge, const JobGraph& graph) {
  const PlanNode& from = *graph.nodes()[static_cast<size_t>(edge.from)].plan;
  PipelineGraph::Edge described;
  described.from = static_cast<size_t>(edge.from);
  described.to = static_cast<size_t>(edge.to);
  described.input = edge.input;
  described.changelog = from.changelog_mode().ToString();
  described.columns = from.schema().columns();
  if (edge.kind == EdgeKind::kSingle) described.exchange = "single";
  if (edge.kind == EdgeKind::kHash) {
    described.exchange = "hash";
    for (const int key : edge.keys) {
      described.keys.push_back(from.schema()[static_cast<size_t>(key)].name);
    }
  }
  return described;
}

/// A node belongs to the jobs of everything that it feeds. Inputs have smaller indexes.
void SpreadJobs(PipelineGraph* graph) {
  std::vector<std::set<size_t>> jobs(graph->nodes.size());
  for (size_t i = 0; i < graph->nodes.size(); ++i) {
    jobs[i].insert(graph->nodes[i].jobs.begin(), graph->nodes[i].jobs.end());
  }
  std::vector<PipelineGraph::Edge> edges = graph->edges;
  std::ranges::sort(edges, std::greater<>(), &PipelineGraph::Edge::to);
  for (const PipelineGraph::Edge& edge : edges) {
    jobs[edge.from].insert(jobs[edge.to].begin(), jobs[edge.to].end());
  }
  for (size_t i = 0; i < graph->nodes.size(); ++i) {
    graph->nodes[i].jobs.assign(jobs[i].begin(), jobs[i].end());
  }
}

std::string_view RoleName(PipelineGraph::Role role) {
  switch (role) {
    case PipelineGraph::Role::kSource: return "source";
    case PipelineGraph::Role::kSink: return "sink";
    case PipelineGraph::Role::kOperator: break;
  }
  return "operator";
}

void WriteNode(const PipelineGraph::Node& node, JsonWriter* out) {
  out->BeginObject().Field("id", node.id).Field("kind", node.kind);
  out->Field("role", RoleName(node.role));
  if (!node.table.empty()) out->Field("table", node.table).Field("connector", node.connector);
  out->Field("details", node.details).Field("changelog", node.changelog);
  out->Field("state", node.state).Key("delay").BeginObject();
  out->Field("event_time_ms", node.delay.event_time_ms);
  out->Field("waits_for_watermark", node.delay.waits_for_watermark);
  out->Field("wall_ms", node.delay.wall_ms);
  out->Field("reason", node.delay.reason).EndObject().Key("jobs").BeginArray();
  for (const size_t job : node.jobs) out->Int(static_cast<int64_t>(job));
  out->EndArray().EndObject();
}

void WriteEdge(const PipelineGraph::Edge& edge, const PipelineGraph& graph, JsonWriter* out) {
  out->BeginObject().Field("from", graph.nodes[edge.from].id);
  out->Field("to", graph.nodes[edge.to].id).Field("input", edge.input);
  out->Key("exchange");
  if (edge.exchange.empty()) {
    out->Null();
  } else {
    out->BeginObject().Field("kind", edge.exchange).Key("keys").BeginArray();
    for (const std::string& key : edge.keys) out->String(key);
    out->EndArray().EndObject();
  }
  out->Field("changelog", edge.changelog).Key("columns").BeginArray();
  for (const Column& column : edge.columns) {
    out->BeginObject().Field("name", column.name).Field("type", column.type.ToString());
    const TimeAttribute attribute = column.type.time_attribute();
    if (attribute == TimeAttribute::kRowtime) out->Field("time_attribute", "rowtime");
    if (attribute == TimeAttribute::kProctime) out->Field("time_attribute", "proctime");
    out->EndObject();
  }
  out->EndArray().EndObject();
}

}  // namespace

Result<PipelineGraph> DescribeGraph(const Program& program) {
  PipelineGraph described;
  described.name = program.name;
  std::vector<PlanNodePtr> roots;
  std::vector<size_t> job_of_root;
  std::vector<const Settings*> settings;  // of each job
  for (const Step& step : program.steps) {
    if (step.kind != Step::Kind::kJob) continue;
    for (const PlanNodePtr& root : step.roots) {
      roots.push_back(root);
      job_of_root.push_back(described.jobs.size());
    }
    described.jobs.push_back(step.title);
    settings.push_back(&step.settings);
  }
  TRY_ASSIGN(const JobGraph graph, JobGraph::Build(roots, kShards));
  size_t next_root = 0;  // the graph has one terminal per root, in their order
  for (const GraphNode& node : graph.nodes()) {
    described.nodes.push_back(DescribeNode(node));
    if (node.role == GraphNode::Role::kTerminal) {
      described.nodes.back().jobs = {job_of_root[next_root++]};
    }
  }
  for (const GraphEdge& edge : graph.edges()) described.edges.push_back(DescribeEdge(edge, graph));
  SpreadJobs(&described);
  for (size_t i = 0; i < described.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes()[i];
    if (node.role == GraphNode::Role::kSelect) continue;  // its scan is a node of its own
    described.nodes[i].delay = DelayOf(node.plan, *settings[described.nodes[i].jobs.front()]);
  }
  return described;
}

std::string GraphJson(const PipelineGraph& graph) {
  JsonWriter out(2);
  out.BeginObject().Field("format_version", kFormatVersion).Field("name", graph.name);
  out.Key("jobs").BeginArray();
  for (const std::string& job : graph.jobs) out.String(job);
  out.EndArray().Key("nodes").BeginArray();
  for (const PipelineGraph::Node& node : graph.nodes) WriteNode(node, &out);
  out.EndArray().Key("edges").BeginArray();
  for (const PipelineGraph::Edge& edge : graph.edges) WriteEdge(edge, graph, &out);
  out.EndArray().EndObject();
  return std::move(out).Finish() + "\n";
}

}  // namespace millrace
