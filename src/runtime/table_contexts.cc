// SPDX-License-Identifier: Apache-2.0
// What connectors are told about the job, and the one transaction of those that need it.
#include "operators/io/scan_driver.h"
#include "plan/nodes/sink_nodes.h"
#include "runtime/job_state.h"

namespace millrace {

TableContext BaseContext(JobState* job, int shard) {
  const JobSpec& spec = job->spec;
  TableContext context;
  context.pipeline = spec.pipeline;
  context.data_dir = spec.data_dir;
  context.env = spec.env;
  context.services = spec.services;
  context.copy = spec.copy;
  context.shard = shard;
  context.shards = spec.settings.parallelism;
  context.wake = [control = &job->control, shard] { control->PollNow(shard); };
  return context;
}

Result<std::unique_ptr<EpochTransaction>> MakeTransaction(JobState* job) {
  std::vector<TableContext> tables;
  const Connector* connector = nullptr;
  for (const GraphNode& node : job->graph.nodes()) {
    const auto* sink = As<SinkNode>(node.plan);
    if (sink == nullptr) continue;
    const Table& table = *sink->table();
    TableContext context = ContextFor(table, BaseContext(job, 0), /*for_write=*/true);
    if (!table.connector->transactional(context)) continue;
    if (connector == nullptr) connector = table.connector;
    tables.push_back(std::move(context));
  }
  if (connector == nullptr) return nullptr;
  return connector->MakeTransaction(tables);
}

}  // namespace millrace
