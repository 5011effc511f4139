// SPDX-License-Identifier: Apache-2.0
// GET /metrics: what Prometheus scrapes. Shards publish their numbers ten times a second, so a text
// is good for as long: asking more often costs nothing.
#include <memory>
#include <mutex>

#include "server/metrics_text.h"
#include "server/routes/builtin.h"

namespace millrace {
namespace {

constexpr int64_t kFreshNanos = 100'000'000;

class LastText {
 public:
  std::string Get(const RouteContext& context) {
    const int64_t now = context.pipelines->env().clock->MonotonicNanos();
    const std::lock_guard lock(mutex_);
    if (text_.empty() || now - made_at_ > kFreshNanos) {
      HttpServerStatistics http;
      const HttpServer* const server = context.server == nullptr ? nullptr : context.server->load();
      if (server != nullptr) http = server->statistics();
      text_ = MetricsText(*context.pipelines, http);
      made_at_ = now;
    }
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
  int64_t made_at_ = 0;
};

}  // namespace

Route MetricsRoute() {
  const auto last = std::make_shared<LastText>();
  return {
      .name = "metrics",
      .method = "GET",
      .access = Access::kControl,
      .handle = [last](const RouteContext& context, const RoutedRequest&,
                       const HttpResponder& responder) {
        responder.Send({.status = 200,
                        .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                                    {"Cache-Control", "no-store"}},
                        .body = last->Get(context)});
      }};
}

}  // namespace millrace
