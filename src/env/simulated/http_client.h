// SPDX-License-Identifier: Apache-2.0
// SimulatedHttpClient: requests wait until the test answers them or a handler does.
#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include "env/http_client.h"

namespace millrace {

class SimulatedHttpClient final : public HttpClient {
 public:
  struct Pending {
    HttpRequest request;
    Callback done;
  };
  using Handler = std::function<Result<HttpResponse>(const HttpRequest&)>;

  ~SimulatedHttpClient() override;
  void Send(HttpRequest request, Callback done) override;

  /// With a handler, DeliverAll answers by it.
  void SetHandler(Handler handler) { handler_ = std::move(handler); }
  /// Answers up to `count` of the waiting requests, oldest first; returns how many.
  size_t Deliver(size_t count = SIZE_MAX);
  /// The oldest waiting request leaves the queue, for the test to answer.
  Pending Take();
  size_t waiting() const;

 private:
  mutable std::mutex mutex_;
  std::deque<Pending> waiting_;
  Handler handler_;
};

}  // namespace millrace
