// SPDX-License-Identifier: Apache-2.0
// GET /ready: whether rows and requests are taken now, with the state of every job and the reason
// where something is wrong.
#include "base/json_writer.h"
#include "server/answers.h"
#include "server/outbox_json.h"
#include "server/routes/builtin.h"

namespace millrace {
namespace {

/// A pipeline whose backups fail takes rows all the same.
void WriteBackups(const RunningPipelines& pipelines, JsonWriter* json) {
  json->Key("backups").BeginArray();
  for (const auto& job : pipelines.Jobs()) {
    const BackupStatus& backup = job.snapshot.backup;
    if (!backup.enabled) continue;
    json->BeginObject().Field("title", job.title).Field("url", backup.url);
    if (backup.epoch) json->Field("epoch", *backup.epoch);
    json->Field("age_seconds", static_cast<double>(backup.age_nanos) / 1e9);
    json->Field("bytes", backup.bytes).Field("failures", backup.failures);
    if (!backup.trouble.empty()) json->Field("trouble", backup.trouble);
    json->EndObject();
  }
  json->EndArray();
}

void HandleReady(const RouteContext& context, RoutedRequest, HttpResponder responder) {
  const RunningPipelines::Health health = context.pipelines->Look();
  const bool ready = health.state == RunningPipelines::State::kRunning;
  JsonWriter json;
  json.BeginObject();
  json.Field("ready", ready);
  json.Field("pipeline", context.pipelines->pipeline());
  json.Field("state", StateName(health.state));
  if (!health.part.empty()) json.Field("part", health.part).Field("reason", health.reason);
  json.Key("jobs").BeginArray();
  for (const auto& job : context.pipelines->Jobs()) {
    json.BeginObject();
    json.Field("title", job.title);
    json.Field("state", StateName(job.state));
    json.Field("epoch", job.snapshot.epoch);
    json.EndObject();
  }
  json.EndArray();
  WriteBackups(*context.pipelines, &json);
  json.Key("outboxes").BeginArray();
  for (const auto& job : context.pipelines->Jobs()) {
    for (const NodeSnapshot& node : job.snapshot.nodes) {
      if (node.outbox.bytes_max == 0) continue;
      json.BeginObject().Field("table", node.table).Key("outbox");
      WriteOutbox(node.outbox, &json);
      json.EndObject();
    }
  }
  json.EndArray();
  json.Key("tables").BeginArray();
  for (const auto& table : context.tables) json.String(table->name());
  json.EndArray();
  json.EndObject();
  responder.Send(JsonAnswer(ready ? 200 : 503, std::move(json).Finish() + "\n"));
}

}  // namespace

Route ReadyRoute() {
  return {.name = "ready", .method = "GET", .access = Access::kControl, .handle = HandleReady};
}

}  // namespace millrace
