// SPDX-License-Identifier: Apache-2.0
#include "env/simulated/http_client.h"

#include "base/check.h"

namespace millrace {

SimulatedHttpClient::~SimulatedHttpClient() {
  for (Pending& pending : waiting_) {
    pending.done(ExternalError("MR0811", "the HTTP client is shutting down"));
  }
}

void SimulatedHttpClient::Send(HttpRequest request, Callback done) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back({std::move(request), std::move(done)});
}

SimulatedHttpClient::Pending SimulatedHttpClient::Take() {
  const std::lock_guard lock(mutex_);
  CHECK(!waiting_.empty());
  Pending pending = std::move(waiting_.front());
  waiting_.pop_front();
  return pending;
}

size_t SimulatedHttpClient::Deliver(size_t count) {
  CHECK(handler_ != nullptr);
  size_t delivered = 0;
  for (; delivered < count && waiting() > 0; ++delivered) {
    Pending pending = Take();
    pending.done(handler_(pending.request));
  }
  return delivered;
}

size_t SimulatedHttpClient::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace millrace
