// SPDX-License-Identifier: Apache-2.0
#include "simulation/world/brokers.h"

#include "base/time_units.h"

namespace millrace {
namespace {

using Fate = SimulatedTransactions::Fate;

}  // namespace

Brokers::Brokers(const Scenario& scenario, Random* random, SimulatedClock* clock,
                 SimulatedEvents* events, std::function<void(Fault)> on_fault)
    : scenario_(scenario),
      random_(random),
      clock_(clock),
      on_fault_(std::move(on_fault)),
      transactions_(clock, events, random,
                    [this](SimulatedTransactions::Kind kind) { return DrawFate(kind); }) {
  topics_.CreateTopic(kOutputTopic, kPartitions);
  transactions_.CreateTopic(kOutputTopic, kPartitions);
}

Fate Brokers::DrawFate(SimulatedTransactions::Kind kind) {
  if (calm_) return Fate::kFine;
  const uint64_t rarity = kind == SimulatedTransactions::Kind::kDecision ? 1 : 8;
  const int64_t now = clock_->MonotonicNanos();
  const bool goes_down = scenario_.Has(Fault::kBrokerDown) && random_->Next() % (25 * rarity) == 0;
  if (goes_down && now >= down_until_) down_until_ = now + Draw(random_, 1, 6000) * kMilli;
  if (now < down_until_) {
    on_fault_(Fault::kBrokerDown);
    return Fate::kLost;
  }
  if (scenario_.Has(Fault::kRequestLost) && random_->Next() % (6 * rarity) == 0) {
    on_fault_(Fault::kRequestLost);
    return random_->Next() % 2 == 0 ? Fate::kLost : Fate::kAnswerLost;
  }
  if (scenario_.Has(Fault::kRequestLate) && random_->Next() % (6 * rarity) == 0) {
    on_fault_(Fault::kRequestLate);
    return Fate::kLate;
  }
  return Fate::kFine;
}

std::vector<std::vector<SimulatedTransactions::Record>> Brokers::Output() {
  std::vector<std::vector<SimulatedTransactions::Record>> partitions;
  for (int i = 0; i < kPartitions; ++i) {
    partitions.push_back(transactions_.Committed(kOutputTopic, i));
  }
  return partitions;
}

}  // namespace millrace
