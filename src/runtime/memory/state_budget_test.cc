// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory/state_budget.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "state/deltas/net_changes.h"
#include "state/epoch_delta.h"
#include "state/key_table.h"
#include "state/memory_state.h"

namespace millrace {
namespace {

constexpr size_t kBudget = 100'000;
constexpr int64_t kMilli = 1'000'000;

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

TEST_F(StateBudgetTest, WithoutABoundNothingIsExceeded) {
  StateBudget unbounded({}, &control_);
  Insert(5000);
  EXPECT_FALSE(unbounded.Exceeded(slots_, kMilli));
  EXPECT_FALSE(control_.TakeHurry());
}

}  // namespace
}  // namespace millrace
