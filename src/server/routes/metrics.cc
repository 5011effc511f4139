// SPDX-License-Identifier: Apache-2.0
// GET /metrics: what Prometheus scrapes.
#include "server/metrics_text.h"
#include "server/routes/builtin.h"

namespace millrace {
namespace {

void Handle(const RouteContext& context, RoutedRequest, HttpResponder responder) {
  HttpServerStatistics http;
  if (context.server != nullptr) http = context.server->statistics();
  responder.Send({.status = 200,
                  .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                              {"Cache-Control", "no-store"}},
                  .body = MetricsText(*context.pipelines, http)});
}

}  // namespace

Route MetricsRoute() {
  return {.name = "metrics", .method = "GET", .access = Access::kControl, .handle = Handle};
}

}  // namespace millrace
