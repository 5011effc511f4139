// SPDX-License-Identifier: Apache-2.0
#include "simulation/model/transaction_model.h"

#include <array>

#include "simulation/model/transaction_model_process.h"

namespace millrace::model {
namespace {

constexpr int kStartsMax = 400;

constexpr std::array<std::string_view, static_cast<size_t>(Mistake::kCount)> kNames = {
    "none",
    "forgets before the decision",
    "journal after commit",
    "local journal decides",
    "decision outside, before",
    "decision outside, after",
    "decision in the next transaction",
    "no directory sync",
    "no data sync",
    "retries a failed sync",
    "retries on the same producer",
    "ignores that a request was sent twice",
    "unclear taken for decided",
    "unclear taken for undecided",
    "no init_transactions",
    "reads the decision before init_transactions",
    "fenced, and goes on",
    "ignores the hash",
    "a missing record means afresh",
    "nothing held behind the barrier",
    "no flush",
    "keeps memory over a restart",
    "positions from the group",
    "uses unsynced rows",
    "acknowledges before the sync",
};

/// Starts the process again and again, as an operator would, until its input is done.
class Life {
 public:
  Life(uint64_t seed, Mistake mistake) : world_(seed, mistake) {
    world_.run_second = [this](ModelDisk* disk) { Start(disk); };
  }

  ModelResult Run() {
    bool finished = false;
    for (int i = 0; i < kStartsMax && !finished && world_.result.violation.empty(); ++i) {
      const int chosen = world_.Draw(static_cast<int>(world_.disks.size()));
      finished = Start(world_.disks[static_cast<size_t>(chosen)].get());
    }
    const std::string missing = world_.Missing(*world_.disks[0]);
    if (finished && !missing.empty()) world_.Violate(missing);
    if (!finished) world_.Violate("it never came to its end: " + last_);
    world_.result.commits = world_.broker.commits();
    return world_.result;
  }

 private:
  bool Start(ModelDisk* disk) {
    world_.current = disk;
    try {
      Process(&world_, disk).Run();
      return true;
    } catch (const Crash& crash) {
      ++world_.result.crashes;
      last_ = "crashed";
      if (crash.power_loss) disk->LosePower(power_.get());
    } catch (const Stopped& stopped) {
      last_ = stopped.cause;
      // With one data directory the journal holds what was decided; nobody else could decide.
      if (stopped.refused && world_.disks.size() == 1) world_.Violate("stopped: " + stopped.cause);
    }
    return false;
  }

  World world_;
  std::unique_ptr<Random> power_ = MakeRandom(world_.result.trace + 1);
  std::string last_;
};

}  // namespace

std::string_view NameOf(Mistake mistake) { return kNames[static_cast<size_t>(mistake)]; }

ModelResult RunTransactionModel(uint64_t seed, Mistake mistake) {
  return Life(seed, mistake).Run();
}

}  // namespace millrace::model
