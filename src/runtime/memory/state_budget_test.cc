// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory/state_budget.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/time_units.h"
#include "state/deltas/net_changes.h"
#include "state/epoch_delta.h"
#include "state/key_table.h"
#include "state/memory_state.h"

namespace millrace {
namespace {

constexpr size_t kBudget = 100'000;

/// A shard with one operator that has a text per key.
class StateBudgetTest : public testing::Test {
 protected:
  StateBudgetTest() {
    slots_.push_back(std::make_unique<Slot>(&letter_bytes_));
    slots_[0]->state = std::make_unique<StateStore>(/*track=*/true);
    slots_[0]->state->Register(&table_);
    table_.AttachCold(std::make_unique<ColdEntries>(&state_, "op", "keys"), /*restored=*/false);
  }

  void Insert(int count) {
    for (; count > 0; --count) {
      const std::string key = std::to_string(keys_++);
      const uint32_t slot = table_.FindOrInsert(key, HashBytes(key));
      values_[slot] = std::string(20, 'v');
      table_.MarkDirty(slot);
    }
  }
  void HandOver(uint64_t epoch) {
    DeltaWriter writer;
    ASSERT_TRUE(writer.Collect("op", *slots_[0]->state, epoch));
    deltas_.push_back(writer.Take());
    budget_.OnHandedOver(slots_, epoch, !deltas_.back().empty());
  }
  void Apply(uint64_t epoch) {
    NetChanges changes;
    for (const std::string& delta : deltas_) ASSERT_TRUE(changes.Add(delta, 0));
    ASSERT_TRUE(changes.WriteTo(&state_, {.epoch = epoch}));
    deltas_.clear();
    control_.applied_epoch = epoch;
  }
  bool Exceeded() { return budget_.Exceeded(slots_, now_ += kMilli); }

  MemoryStateDevice device_;
  MemoryState state_{&device_};
  JobControl control_{1};
  StateBudget budget_{{.bytes = kBudget, .state = &state_}, &control_};
  size_t letter_bytes_ = 0;
  std::map<uint32_t, std::string> values_;
  KeyTable table_{"keys",
                  true,
                  {.write = [this](uint32_t slot, std::string* out) { *out += values_[slot]; },
                   .read = [this](uint32_t slot, std::string_view bytes) -> Status {
                     values_[slot] = bytes;
                     return OkStatus();
                   },
                   .clear = [this](uint32_t slot) { values_.erase(slot); },
                   .may_be_cold = true}};
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<std::string> deltas_;
  int keys_ = 0;
  int64_t now_ = 0;
};

TEST_F(StateBudgetTest, EntriesLeaveOnceTheirEpochIsApplied) {
  Insert(5000);
  EXPECT_TRUE(Exceeded()) << "nothing is in an epoch";
  EXPECT_TRUE(control_.TakeHurry());
  EXPECT_FALSE(control_.TakeHurryApply()) << "there is nothing to apply";
  HandOver(1);
  EXPECT_TRUE(Exceeded()) << "nothing is on the disk";
  EXPECT_TRUE(control_.TakeHurryApply());
  Apply(1);
  EXPECT_FALSE(Exceeded());
  EXPECT_LE(table_.memory_bytes(), kBudget);
  EXPECT_GT(table_.memory_bytes(), kBudget / 2);
}

TEST_F(StateBudgetTest, AnEpochBeginsEarlyWhenMuchHasChanged) {
  Insert(50);
  EXPECT_FALSE(Exceeded());
  EXPECT_FALSE(control_.TakeHurry());
  Insert(150);
  EXPECT_FALSE(Exceeded());
  EXPECT_TRUE(control_.TakeHurry());
  control_.requested_epoch = 1;
  EXPECT_FALSE(Exceeded());
  EXPECT_FALSE(control_.TakeHurry()) << "one is on its way";
}

TEST_F(StateBudgetTest, WhatCannotLeaveHoldsNobody) {
  KeyTable fixed("fixed", true);
  slots_[0]->state->Register(&fixed);
  for (int i = 0; i < 5000; ++i) {
    const std::string key = std::to_string(i);
    fixed.FindOrInsert(key, HashBytes(key));
  }
  EXPECT_GT(fixed.memory_bytes(), kBudget);
  EXPECT_FALSE(Exceeded());
  Insert(100);
  EXPECT_FALSE(Exceeded()) << "the others keep a part";
}

TEST(StateSharesTest, AllTogetherStayInTheBudgetAndEachHasItsPart) {
  StateShares shares;
  StateShares::Member first(&shares);
  EXPECT_EQ(first.Allowed(900), 900u);
  first.Report(900);
  {
    StateShares::Member second(&shares);
    EXPECT_EQ(second.Allowed(900), 450u) << "its part at once";
    second.Report(100);
    EXPECT_EQ(first.Allowed(900), 800u);
    first.Report(800);
    second.Report(600);
    EXPECT_EQ(first.Allowed(900), 450u);
    first.Report(300);
    EXPECT_EQ(second.Allowed(900), 600u) << "what the first leaves";
    StateShares::Member third(&shares);
    EXPECT_EQ(third.Allowed(900), 300u);
  }
  EXPECT_EQ(first.Allowed(900), 900u);
}

TEST_F(StateBudgetTest, PipelinesOfAProcessShareTheBudget) {
  StateShares shares;
  StateBudget budget({.bytes = kBudget, .state = &state_, .shares = &shares}, &control_);
  StateShares::Member other(&shares);
  const auto look = [&] { budget.Exceeded(slots_, now_ += kMilli); };
  Insert(500);
  HandOver(1);
  Apply(1);
  other.Report(kBudget * 3 / 4);
  look();  // what is deleted is followed from now on, so entries leave with the next epoch
  Insert(1);
  HandOver(2);
  Apply(2);
  look();
  EXPECT_GT(table_.memory_bytes(), kBudget / 3);
  EXPECT_LE(table_.memory_bytes(), kBudget / 2) << "its half, whatever the other has";
  other.Report(0);
  Insert(500);
  HandOver(3);
  Apply(3);
  look();
  EXPECT_GT(table_.memory_bytes(), kBudget / 2) << "nobody else needs it";
}

TEST_F(StateBudgetTest, AnOperatorInTheMiddleOfABatchKeepsWhatItHas) {
  class Busy final : public Operator {
   public:
    Status OnBatch(int, Batch, Output*) override { return OkStatus(); }
    bool more() const override { return busy; }
    bool busy = true;
  };
  auto made = std::make_unique<Busy>();
  Busy* const busy = made.get();
  slots_[0]->op = std::move(made);
  Insert(5000);
  busy->busy = false;
  Exceeded();
  busy->busy = true;
  HandOver(1);
  Apply(1);
  Exceeded();
  EXPECT_EQ(table_.entries(), 5000u);
  busy->busy = false;
  Exceeded();
  EXPECT_LE(table_.memory_bytes(), kBudget);
}

TEST_F(StateBudgetTest, WithoutABoundNothingIsExceeded) {
  StateBudget unbounded({}, &control_);
  Insert(5000);
  EXPECT_FALSE(unbounded.Exceeded(slots_, kMilli));
  EXPECT_FALSE(control_.TakeHurry());
}

}  // namespace
}  // namespace millrace
