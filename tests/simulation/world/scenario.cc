// SPDX-License-Identifier: Apache-2.0
#include "simulation/world/scenario.h"

#include <initializer_list>
#include <sstream>

#include "simulation/world/query.h"

namespace millrace {
namespace {

template <typename T>
T Pick(Random* random, std::initializer_list<T> choices) {
  return choices.begin()[random->Next() % choices.size()];
}

void DrawFaults(Random* random, Scenario* scenario) {
  // Some lives are quiet, most meet a few faults, some all of them.
  const int64_t percent = Pick<int64_t>(random, {0, 20, 40, 40, 60, 100});
  for (bool& fault : scenario->faults) fault = Draw(random, 1, 100) <= percent;
  // What is late depends on the interleaving of splits, if there are several.
  if (scenario->splits > 1 || !QueryAt(scenario->query).takes_late) {
    scenario->faults[static_cast<size_t>(Fault::kLateRow)] = false;
  }
  scenario->deaths = static_cast<int>(Draw(random, 0, 6));
}

}  // namespace

int64_t Draw(Random* random, int64_t from, int64_t to) {
  return from + static_cast<int64_t>(random->Next() % static_cast<uint64_t>(to - from + 1));
}

std::string_view NameOf(Fault fault) {
  switch (fault) {
    case Fault::kPowerLoss: return "power losses";
    case Fault::kKill: return "kills";
    case Fault::kSyncError: return "failed syncs";
    case Fault::kWriteError: return "failed writes";
    case Fault::kNoSpace: return "writes to a full disk";
    case Fault::kClockJump: return "jumps of the wall clock";
    case Fault::kStop: return "stops on request";
    case Fault::kRescale: return "starts with another parallelism";
    case Fault::kLateRow: return "late rows";
    case Fault::kBadRow: return "bad rows";
    case Fault::kReceiverLoses: return "requests or answers lost";
    case Fault::kReceiverRefuses: return "requests refused";
    case Fault::kReceiverDown: return "requests to a dead receiver";
    case Fault::kRequestLost: return "requests to brokers or their answers lost";
    case Fault::kRequestLate: return "requests to brokers late";
    case Fault::kBrokerDown: return "requests to dead brokers";
    case Fault::kPause: return "pauses longer than a transaction may be open";
    case Fault::kHijack: return "transactional ids used by somebody else";
    case Fault::kCount: break;
  }
  return "";
}

Scenario DrawScenario(uint64_t seed) {
  const auto random = MakeRandom(seed);
  Scenario scenario{.seed = seed};
  scenario.query = random->Next() % Queries().size();
  scenario.sink = Pick(random.get(), {Scenario::Sink::kFiles, Scenario::Sink::kWebhook,
                                      Scenario::Sink::kWebhookAtOnce, Scenario::Sink::kKafka,
                                      Scenario::Sink::kKafka});
  scenario.splits = static_cast<int>(Draw(random.get(), 1, 5));
  scenario.rows_per_split = Draw(random.get(), 0, 120);
  scenario.keys = Draw(random.get(), 1, 40);
  scenario.spacing_us = Pick<int64_t>(random.get(), {0, 0, 20, 300, 2000});
  scenario.bounded = !QueryAt(scenario.query).endless || random->Next() % 2 == 0;
  scenario.parallelism = static_cast<int>(Draw(random.get(), 1, 4));
  scenario.batch_rows_max = Pick<int64_t>(random.get(), {1, 3, 7, 50, 8192});
  scenario.exchange_capacity = Pick<size_t>(random.get(), {1, 2, 16});
  scenario.interval_ms = Pick<int64_t>(random.get(), {1, 2, 10, 200});
  scenario.file_size = Pick<uint64_t>(random.get(), {64, 500, 1 << 20});
  scenario.gather_bytes = Pick<uint64_t>(random.get(), {1, 2000, 1 << 20});
  scenario.segment_bytes = Pick<uint64_t>(random.get(), {200, 2000, 1 << 20});
  scenario.retries_max = Pick<int64_t>(random.get(), {1, 1000, 1000});
  DrawFaults(random.get(), &scenario);
  scenario.slow_split = static_cast<int>(Draw(random.get(), -5, scenario.splits - 1));
  scenario.state_bytes = Pick<uint64_t>(random.get(), {0, 0, 400, 4000, 20'000});
  return scenario;
}

std::string Scenario::ToString() const {
  constexpr std::string_view kSinks[] = {"files", "webhook", "webhook at once", "kafka"};
  std::ostringstream out;
  out << QueryAt(query).name << " to " << kSinks[static_cast<size_t>(sink)] << ", "
      << (bounded ? "bounded" : "endless") << ", " << splits << " splits of " << rows_per_split
      << " rows every " << spacing_us << " us";
  if (slow_split >= 0) out << " (slow: " << slow_split << ")";
  out << ", " << keys << " keys, " << parallelism << " shards, batches of " << batch_rows_max
      << ", queues of " << exchange_capacity << ", epochs of " << interval_ms << " ms, files of "
      << file_size << ", segments of " << segment_bytes << ", state applied at " << gather_bytes
      << ", in memory " << state_bytes << ", retries " << retries_max << ", deaths " << deaths
      << "; faults:";
  for (size_t i = 0; i < kFaults; ++i) {
    if (faults[i]) out << " [" << NameOf(static_cast<Fault>(i)) << "]";
  }
  return out.str();
}

}  // namespace millrace
