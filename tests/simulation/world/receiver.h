// SPDX-License-Identifier: Apache-2.0
// Receiver: the HTTP service that a world's webhooks are sent to, and the network between. It
// remembers what it applied by idempotency key; a key that comes with other content is a mistake of
// the sender.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "env/http_client.h"
#include "env/simulated/clock.h"
#include "env/simulated/events.h"
#include "simulation/world/scenario.h"

namespace millrace {

class Receiver final : public HttpClient {
 public:
  /// The pointers outlive it. `fired` counts faults.
  Receiver(const Scenario& scenario, Random* random, SimulatedClock* clock, SimulatedEvents* events,
           std::array<uint64_t, kFaults>* fired);

  void Send(HttpRequest request, Callback done) override;
  /// The process is gone: nobody takes answers any more. What it sent may still arrive.
  void OnProcessGone() { ++process_; }
  void Calm() { calm_ = true; }

  /// The bodies that were applied, one per key, in the order in which they first came.
  const std::vector<std::string>& applied() const { return applied_; }
  const std::string& violation() const { return violation_; }

 private:
  enum class Fate { kFine, kRequestLost, kAnswerLost, kRefused, kDown };
  Fate DrawFate();
  void Apply(const HttpRequest& request);
  void Answer(int64_t after_nanos, Callback done, Result<HttpResponse> response);

  const Scenario& scenario_;
  Random* random_;
  SimulatedClock* clock_;
  SimulatedEvents* events_;
  std::array<uint64_t, kFaults>* fired_;
  bool calm_ = false;
  uint64_t process_ = 0;
  int64_t down_until_ = 0;
  std::map<std::string, std::string> bodies_;  // by key
  std::vector<std::string> applied_;
  std::string violation_;
};

}  // namespace millrace
