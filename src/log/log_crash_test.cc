// SPDX-License-Identifier: Apache-2.0
// Power losses at any operation of the disk, from a seed, against a model: what was acknowledged is
// there, batches are whole, nothing else is.
#include <gtest/gtest.h>

#include <set>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "log/segmented_log.h"

namespace millrace {
namespace {

using Operation = SimulatedDisk::Operation;

/// One machine with one log that loses power again and again.
class Machine {
 public:
  explicit Machine(uint64_t seed) : random_(MakeRandom(seed)) {
    settings_.segment_bytes = 150 + Below(2000);
    settings_.index_interval_bytes = static_cast<uint32_t>(50 + Below(500));
    if (Below(3) == 0) settings_.retention_bytes = 1000 + Below(3000);
    if (Below(4) == 0) settings_.segment_ms = 50;
    PowerOn();
  }

  uint64_t Below(uint64_t limit) { return random_->Next() % limit; }

  void PowerOn() {
    disk_.SetFaults([this](Operation operation, const std::string&) { return Fault(operation); });
  }
  /// After `operations` more everything fails.
  void PlanPowerLoss(uint64_t operations) { operations_left_ = operations; }
  bool is_on() const { return operations_left_ > 0; }
  void FailSyncs(int count) { sync_faults_ = count; }

  void Open() {
    sync_faults_ = 0;
    auto log = SegmentedLog::Open({.disk = &disk_,
                                   .clock = &clock_,
                                   .scheduler = &scheduler_,
                                   .directory = "/data/log",
                                   .log_id = 3},
                                  settings_, true);
    if (!log) {
      ASSERT_FALSE(is_on()) << log.error().ToString();
      return;
    }
    log_ = *std::move(log);
    Check();
  }

  void Check() {
    const auto end = static_cast<uint64_t>(log_->end_offset());
    ASSERT_GE(end, acknowledged_);
    ASSERT_LE(end, written_.size());
    ASSERT_TRUE(batch_ends_.contains(end)) << end;
    ASSERT_GE(log_->first_offset(), first_seen_);
    first_seen_ = log_->first_offset();
    for (auto at = static_cast<uint64_t>(first_seen_); at < end;) {
      const auto chunk = log_->Read(static_cast<int64_t>(at), {.bytes_max = 1 + Below(800)});
      if (!chunk && !is_on()) return;
      ASSERT_TRUE(chunk.has_value()) << chunk.error().ToString();
      ASSERT_FALSE(chunk->entries.empty());
      for (const LogEntry& entry : chunk->entries) {
        ASSERT_EQ(entry.payload, written_[at]);
        ASSERT_EQ(static_cast<uint64_t>(entry.offset), at);
        ++at;
      }
    }
    acknowledged_ = static_cast<uint64_t>(log_->durable_end());
    ASSERT_EQ(acknowledged_, end);  // opening makes durable what it found
    // What is gone is written anew.
    written_.resize(end);
    batch_ends_.erase(batch_ends_.upper_bound(end), batch_ends_.end());
  }

  void Append() {
    std::vector<std::string> payloads(1 + Below(4));
    std::vector<LogRecord> batch;
    for (std::string& payload : payloads) {
      payload =
          std::to_string(++serial_) + std::string(Below(8) == 0 ? Below(900) : Below(40), '.');
      batch.push_back({.timestamp_ms = clock_.WallMillis(), .payload = payload});
    }
    const uint64_t end = written_.size() + batch.size();
    const auto appended = log_->Append(batch, [this, end](const Status& durable) {
      if (durable) acknowledged_ = std::max(acknowledged_, end);
    });
    if (!appended) return;
    ASSERT_EQ(static_cast<uint64_t>(*appended), written_.size());
    written_.insert(written_.end(), payloads.begin(), payloads.end());
    batch_ends_.insert(end);
  }

  void Step() {
    clock_.AdvanceMillis(static_cast<int64_t>(Below(20)));
    switch (Below(8)) {
      case 0:
      case 1:
        if (log_->Sync()) {
          ASSERT_EQ(acknowledged_, written_.size());
        }
        break;
      case 2: (void)log_->Maintain(); break;
      case 3:
        if (Below(4) == 0) (void)log_->Roll();
        break;
      default: Append();
    }
  }

  /// Without a loss of power: the process ends or is killed, the files stay as they are.
  void Restart() {
    log_.reset();
    Open();
  }

  void LosePower() {
    operations_left_ = 0;
    log_.reset();
    disk_.SetFaults(nullptr);
    disk_.Crash(random_.get());
    operations_left_ = UINT64_MAX;
    sync_faults_ = 0;
    PowerOn();
  }

  SegmentedLog* log() { return log_.get(); }
  uint64_t operations() const { return operations_; }
  uint64_t acknowledged() const { return acknowledged_; }

 private:
  Status Fault(Operation operation) {
    ++operations_;
    if (operations_left_ == 0) return ExternalError("MR0801", "the machine is off");
    if (operations_left_ != UINT64_MAX) --operations_left_;
    if (operation == Operation::kSync && sync_faults_ > 0) {
      --sync_faults_;
      return ExternalError("MR0801", "EIO");
    }
    return OkStatus();
  }

  std::unique_ptr<Random> random_;
  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  SyncScheduler scheduler_{0};
  LogSettings settings_;
  std::unique_ptr<SegmentedLog> log_;
  std::vector<std::string> written_;
  std::set<uint64_t> batch_ends_ = {0};
  uint64_t acknowledged_ = 0;
  int64_t first_seen_ = 0;
  uint64_t serial_ = 0;
  uint64_t operations_left_ = UINT64_MAX;
  uint64_t operations_ = 0;
  int sync_faults_ = 0;
};

TEST(LogCrashTest, ManySeeds) {
  uint64_t acknowledged = 0;
  for (uint64_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Machine machine(seed);
    for (int life = 0; life < 6 && !testing::Test::HasFailure(); ++life) {
      machine.PlanPowerLoss(1 + machine.Below(120));
      machine.Open();
      while (machine.is_on() && machine.log() != nullptr && !testing::Test::HasFailure()) {
        if (machine.Below(40) == 0) machine.FailSyncs(1);
        if (machine.Below(25) == 0) {
          machine.Restart();
        } else {
          machine.Step();
        }
      }
      machine.LosePower();
    }
    machine.Open();
    acknowledged += machine.acknowledged();
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GT(acknowledged, 10'000u);
}

TEST(LogCrashTest, AtEveryOperation) {
  // The same life is cut off one operation later each time, until it comes to its end.
  for (uint64_t cut = 1;; ++cut) {
    SCOPED_TRACE("operation " + std::to_string(cut));
    Machine machine(12);
    machine.PlanPowerLoss(cut);
    machine.Open();
    for (int step = 0; step < 60 && machine.log() != nullptr; ++step) machine.Step();
    const bool survived = machine.is_on();
    machine.LosePower();
    machine.Open();
    ASSERT_FALSE(testing::Test::HasFailure());
    if (survived) {
      EXPECT_GT(cut, 100u);
      return;
    }
  }
}

}  // namespace
}  // namespace millrace
