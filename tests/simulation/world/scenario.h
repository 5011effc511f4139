// SPDX-License-Identifier: Apache-2.0
// Scenario: what a seed draws once: the pipeline, its input, how it is run, and which faults it
// meets. Every seed has a random subset of the faults, so that each is also met alone.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "env/clock.h"

namespace millrace {

enum class Fault {
  kPowerLoss,        // between two operations of the disk: what was not synced is lost in part
  kKill,             // the process dies, the machine does not
  kSyncError,        // a sync fails, and what it was to write may be gone
  kWriteError,       // an append fails half way
  kNoSpace,          // the disk is full for a while
  kClockJump,        // wall time is set, forwards or back
  kStop,             // somebody stops the pipeline and starts it again
  kRescale,          // the next start has another parallelism
  kLateRow,          // rows behind the watermark
  kBadRow,           // rows that an expression, or the format, cannot take
  kReceiverLoses,    // a request never arrives, or its answer does not
  kReceiverRefuses,  // 429, 500, 503 with and without Retry-After
  kReceiverDown,     // connections are refused for a while
  kRequestLost,      // a request to a broker, or its answer
  kRequestLate,      // it arrives when nobody waits for it any more, and once more
  kBrokerDown,       // nothing is answered for a while
  kPause,            // the process stands still, longer than a transaction may be open
  kHijack,           // somebody else uses the transactional id
  kCount,
};
constexpr size_t kFaults = static_cast<size_t>(Fault::kCount);
std::string_view NameOf(Fault fault);

struct Scenario {
  enum class Sink { kFiles, kWebhook, kWebhookAtOnce, kKafka };
  uint64_t seed = 0;
  size_t query = 0;
  Sink sink = Sink::kFiles;
  bool bounded = true;  // else it ends by being stopped
  int splits = 1;
  int64_t rows_per_split = 100;
  int64_t keys = 10;
  int64_t spacing_us = 0;  // between the arrivals of two rows of a split; 0: all are there
  int slow_split = -1;     // one whose rows come more slowly than those of the others
  int parallelism = 1;
  int64_t batch_rows_max = 8192;
  size_t exchange_capacity = 16;
  int64_t interval_ms = 5;
  uint64_t file_size = 1 << 20;      // of the file sink's rolling policy
  uint64_t gather_bytes = 1;         // of changes that are applied together
  uint64_t state_bytes = 0;          // that state may hold in memory; 0: as much as it will
  uint64_t segment_bytes = 1 << 20;  // of the journal
  int64_t retries_max = 1000;        // of the webhook
  int deaths = 0;                    // how often it is stopped at most, by whatever
  std::array<bool, kFaults> faults{};

  bool Has(Fault fault) const { return faults[static_cast<size_t>(fault)]; }
  std::string ToString() const;
};

Scenario DrawScenario(uint64_t seed);

int64_t Draw(Random* random, int64_t from, int64_t to);

}  // namespace millrace
