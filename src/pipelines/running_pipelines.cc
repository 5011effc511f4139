// SPDX-License-Identifier: Apache-2.0
#include "pipelines/running_pipelines.h"

#include <algorithm>

#include "connectors/http_topic.h"
#include "connectors/reply_board.h"
#include "log/topic_store.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {

RunningPipelines::RunningPipelines(std::string pipeline, Environment env,
                                   ConnectorServices services, const FormatRegistry* formats)
    : pipeline_(std::move(pipeline)),
      env_(std::move(env)),
      services_(std::move(services)),
      formats_(formats) {}

void RunningPipelines::AddTable(TablePtr table) {
  const bool known = std::ranges::any_of(
      tables_, [&](const TablePtr& other) { return other->name == table->name; });
  if (!known) tables_.push_back(std::move(table));
}

void RunningPipelines::AddJob(const std::string& title, const std::string& data_dir,
                              const std::vector<PlanNodePtr>& roots,
                              std::function<JobSnapshot()> snapshot) {
  if (services_.replies != nullptr) {
    services_.replies->SetAnswersAtOnce(data_dir, RowsPassAtOnce(roots));
  }
  const std::lock_guard lock(mutex_);
  if (state_ == State::kStarting) state_ = State::kRunning;
  jobs_.push_back({.title = title, .fault = {}, .snapshot = std::move(snapshot)});
}

void RunningPipelines::EndJob(const std::string& title, const Status& result) {
  const std::lock_guard lock(mutex_);
  for (Job& job : jobs_) {
    if (job.title != title || job.state != State::kRunning) continue;
    job.state = result ? State::kFinished : State::kFailed;
    if (!result) job.fault = result.error().ToString();
  }
}

void RunningPipelines::SetState(State state) {
  const std::lock_guard lock(mutex_);
  state_ = state;
}

std::vector<RunningPipelines::JobView> RunningPipelines::Jobs() const {
  std::vector<JobView> views;
  const std::lock_guard lock(mutex_);
  for (const Job& job : jobs_) {
    views.push_back(
        {.title = job.title, .state = job.state, .fault = job.fault, .snapshot = job.snapshot()});
  }
  return views;
}

RunningPipelines::Health RunningPipelines::Look() const {
  Health health;
  {
    const std::lock_guard lock(mutex_);
    health.state = state_;
    for (const Job& job : jobs_) {
      if (job.state != State::kFailed) continue;
      return {.state = State::kFailed, .part = "job " + job.title, .reason = job.fault};
    }
  }
  if (services_.topics != nullptr) {
    if (const Status log = services_.topics->status(); !log) {
      return {.state = State::kFailed, .part = "log", .reason = log.error().ToString()};
    }
  }
  for (const JobView& job : Jobs()) {
    if (job.state != State::kRunning) continue;
    if (!job.snapshot.trouble.empty()) {
      health.part = "job " + job.title;
      health.reason = job.snapshot.trouble;
      return health;
    }
    for (const NodeSnapshot& node : job.snapshot.nodes) {
      if (node.trouble.empty()) continue;
      health.part = "table " + node.table;
      health.reason = node.trouble;
      return health;
    }
  }
  return health;
}

std::string_view StateName(RunningPipelines::State state) {
  switch (state) {
    case RunningPipelines::State::kStarting: return "starting";
    case RunningPipelines::State::kRunning: return "running";
    case RunningPipelines::State::kStopping: return "stopping";
    case RunningPipelines::State::kFinished: return "finished";
    case RunningPipelines::State::kFailed: return "failed";
  }
  return "unknown";
}

bool RowsPassAtOnce(const std::vector<PlanNodePtr>& roots) {
  return std::ranges::all_of(roots, [](const PlanNodePtr& node) {
    const Delay delay = node->delay();
    const bool joins = node->children().size() > 1 && node->has_keyed_state();
    return !delay.waits_for_watermark && delay.event_time_ms == 0 && !joins &&
           RowsPassAtOnce(node->children());
  });
}

std::vector<TablePtr> HttpTablesOf(const std::vector<PlanNodePtr>& roots) {
  std::vector<TablePtr> tables;
  for (const PlanNodePtr& node : roots) {
    const auto* scan = As<ScanNode>(node);
    if (scan != nullptr && scan->table()->connector->name() == kHttpConnector) {
      tables.push_back(scan->table());
    }
    for (TablePtr& table : HttpTablesOf(node->children())) tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace millrace
