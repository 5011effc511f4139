// SPDX-License-Identifier: Apache-2.0
// What connectors are told about the job, and the one transaction of those that need it.
#include <set>

#include "connectors/letter_topic.h"
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

TableContext SinkContext(JobState* job, const SinkNode& sink, int shard) {
  TableContext context = BaseContext(job, shard);
  const Table& table = *sink.table();
  if (table.connector->transactional(ContextFor(table, context, /*for_write=*/true))) {
    context.transaction = job->transaction.get();
  }
  return context;
}

Status OpenLetterTopics(JobState* job) {
  std::set<std::string> known;
  for (const GraphNode& node : job->graph.nodes()) {
    const auto* scan = As<ScanNode>(node.plan);
    const auto* sink = As<SinkNode>(node.plan);
    if (scan == nullptr && sink == nullptr) continue;
    const Table& table = scan != nullptr ? *scan->table() : *sink->table();
    const auto topic = table.extras.find(std::string(kLetterTopic));
    if (topic == table.extras.end() || !known.insert(table.name).second) continue;
    const auto* maker = dynamic_cast<const LetterTopicMaker*>(table.connector);
    if (maker == nullptr) return InternalError("table '" + table.name + "' has no topics");
    if (job->shipper == nullptr) job->shipper = std::make_unique<LetterShipper>(job->spec.env.disk);
    const TableContext context =
        ContextFor(table, BaseContext(job, 0), /*for_write=*/scan == nullptr);
    TRY_ASSIGN(auto made, maker->MakeLetterTopic(context, topic->second.text));
    const auto& letters = *job->dead_letters;
    TRY(job->shipper->Add(table.name, letters.paths().at(table.name),
                          letters.lengths().at(table.name), std::move(made)));
  }
  return OkStatus();
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
