// SPDX-License-Identifier: Apache-2.0
// GET /health: whether the program works; if not, which part does not. A part that waits for
// something outside, as for a broker, degrades the program and is no failure: to start it again
// would not help. Needs no key, so it says nothing about data: the reason is told to holders of the
// token by /ready.
#include "base/json_writer.h"
#include "server/answers.h"
#include "server/routes/builtin.h"

namespace millrace {
namespace {

void HandleHealth(const RouteContext& context, RoutedRequest, HttpResponder responder) {
  const RunningPipelines::Health health = context.pipelines->Look();
  const bool healthy = health.state != RunningPipelines::State::kFailed;
  JsonWriter json;
  json.BeginObject();
  json.Field("status", !healthy ? "failed" : health.part.empty() ? "ok" : "degraded");
  json.Field("state", StateName(health.state));
  if (!health.part.empty()) json.Field("part", health.part);
  json.EndObject();
  responder.Send(JsonAnswer(healthy ? 200 : 503, std::move(json).Finish() + "\n"));
}

}  // namespace

Route HealthRoute() {
  return {.name = "health", .method = "GET", .access = Access::kOpen, .handle = HandleHealth};
}

}  // namespace millrace
