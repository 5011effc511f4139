// SPDX-License-Identifier: Apache-2.0
#include "simulation/world/receiver.h"

#include <utility>

#include "base/time_units.h"

namespace millrace {
namespace {

constexpr int64_t kMicro = 1000;

Error NoAnswer(const char* why) {
  return {.code = "MR0811",
          .domain = ErrorDomain::kExternal,
          .message = "the request failed",
          .detail = why,
          .retryable = true};
}

}  // namespace

Receiver::Receiver(const Scenario& scenario, Random* random, SimulatedClock* clock,
                   SimulatedEvents* events, std::array<uint64_t, kFaults>* fired)
    : scenario_(scenario), random_(random), clock_(clock), events_(events), fired_(fired) {}

Receiver::Fate Receiver::DrawFate() {
  if (calm_) return Fate::kFine;
  const int64_t now = clock_->MonotonicNanos();
  const bool goes_down = scenario_.Has(Fault::kReceiverDown) && random_->Next() % 40 == 0;
  if (goes_down && now >= down_until_) down_until_ = now + Draw(random_, 1, 3000) * kMilli;
  if (now < down_until_) return Fate::kDown;
  if (scenario_.Has(Fault::kReceiverLoses) && random_->Next() % 6 == 0) {
    return random_->Next() % 2 == 0 ? Fate::kRequestLost : Fate::kAnswerLost;
  }
  const bool refuses = scenario_.Has(Fault::kReceiverRefuses) && random_->Next() % 6 == 0;
  return refuses ? Fate::kRefused : Fate::kFine;
}

void Receiver::Send(HttpRequest request, Callback done) {
  constexpr auto index = [](Fault fault) { return static_cast<size_t>(fault); };
  const int64_t timeout = request.timeout.count() * kMilli;
  const int64_t latency = Draw(random_, 10, 3000) * kMicro;
  switch (DrawFate()) {
    case Fate::kFine:
      events_->At(clock_->MonotonicNanos() + latency / 2,
                  [this, request = std::move(request)] { Apply(request); });
      return Answer(latency, std::move(done), HttpResponse{.status = 200});
    case Fate::kRequestLost:
      ++(*fired_)[index(Fault::kReceiverLoses)];
      return Answer(timeout, std::move(done), std::unexpected(NoAnswer("timed out")));
    case Fate::kAnswerLost: {
      ++(*fired_)[index(Fault::kReceiverLoses)];
      // It may take its time: longer than the sender waits, or than the sender lives.
      const int64_t late = random_->Next() % 4 == 0 ? timeout + latency : latency;
      events_->At(clock_->MonotonicNanos() + late,
                  [this, request = std::move(request)] { Apply(request); });
      return Answer(timeout, std::move(done), std::unexpected(NoAnswer("timed out")));
    }
    case Fate::kRefused: {
      ++(*fired_)[index(Fault::kReceiverRefuses)];
      constexpr int kStatus[] = {429, 500, 503};
      HttpResponse response{.status = kStatus[random_->Next() % 3]};
      if (random_->Next() % 2 == 0) {
        response.headers.emplace_back("retry-after", std::to_string(random_->Next() % 5));
      }
      return Answer(latency, std::move(done), std::move(response));
    }
    case Fate::kDown:
      ++(*fired_)[index(Fault::kReceiverDown)];
      return Answer(latency, std::move(done), std::unexpected(NoAnswer("connection refused")));
  }
}

void Receiver::Answer(int64_t after_nanos, Callback done, Result<HttpResponse> response) {
  events_->At(clock_->MonotonicNanos() + after_nanos,
              [this, process = process_, done = std::move(done), response = std::move(response)] {
                if (process == process_) done(response);
              });
}

void Receiver::Apply(const HttpRequest& request) {
  std::string key;
  for (const auto& [name, value] : request.headers) {
    if (name == "webhook-id") key = value;
  }
  const auto [found, fresh] = bodies_.emplace(key, request.body);
  if (fresh) {
    applied_.push_back(request.body);
  } else if (found->second != request.body && violation_.empty() &&
             scenario_.sink != Scenario::Sink::kWebhookAtOnce) {
    violation_ =
        "key " + key + " came with '" + found->second + "' and then with '" + request.body + "'";
  }
}

}  // namespace millrace
