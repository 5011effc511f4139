// SPDX-License-Identifier: Apache-2.0
#include "plan/transactions.h"

#include "connectors/epoch_transaction.h"
#include "plan/nodes/sink_nodes.h"

namespace millrace {
namespace {

constexpr const char* kInterval = "execution.checkpointing.interval";
constexpr const char* kBacklogInterval = "execution.checkpointing.interval-during-backlog";

Status Check(const Step& step) {
  std::vector<TableContext> tables;
  const Connector* connector = nullptr;
  for (const PlanNodePtr& root : step.roots) {
    const auto* sink = As<SinkNode>(root);
    if (sink == nullptr) continue;
    TableContext context;
    context.table = sink->table()->name;
    context.options = sink->table()->connector_options;
    if (!sink->table()->connector->transactional(context)) continue;
    if (connector == nullptr) connector = sink->table()->connector;
    tables.push_back(std::move(context));
  }
  if (connector == nullptr) return OkStatus();
  TRY_ASSIGN(const auto transaction, connector->MakeTransaction(tables));
  const int64_t limit = transaction->time_limit_ms();
  for (const char* key : {kInterval, kBacklogInterval}) {
    if (limit == 0 || (key == kBacklogInterval && !step.settings.Find(key))) continue;
    const int64_t interval = step.settings.GetDuration(key).count();
    if (interval > 0 && interval < limit) continue;
    const std::string come = interval == 0 ? "never" : "every " + std::to_string(interval) + " ms";
    return UserError("MR0503", "bad value of '" + std::string(key) + "'",
                     "epochs come " + come + ", but the transaction of table '" + tables[0].table +
                         "' is given up after " + std::to_string(limit) + " ms",
                     "change it, or raise 'properties.transaction.timeout.ms'");
  }
  return OkStatus();
}

}  // namespace

void CheckTransactions(const Step& step, DiagnosticList* diagnostics) {
  const Status status = Check(step);
  if (status) return;
  Diagnostic diagnostic = ToDiagnostic(status.error());
  diagnostic.span = step.span;
  diagnostic.has_span = true;
  diagnostics->Add(std::move(diagnostic));
}

}  // namespace millrace
