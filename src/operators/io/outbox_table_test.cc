// SPDX-License-Identifier: Apache-2.0
#include "operators/io/outbox_table.h"

#include <gtest/gtest.h>

#include <set>

#include "env/simulated/clock.h"

namespace millrace {
namespace {

using Store = std::map<std::string, std::string>;

class OutboxTableTest : public testing::Test {
 protected:
  std::unique_ptr<OutboxTable> Make(int shard = 0, uint64_t bytes_max = 1 << 20) {
    return std::make_unique<OutboxTable>(
        OutboxTable::Settings{.shard = shard, .bytes_max = bytes_max, .clock = &clock_});
  }
  static void CollectInto(OutboxTable* outbox, Store* store) {
    EXPECT_TRUE(outbox->CollectDelta([&](const StateChange& change) {
      if (change.deleted) {
        EXPECT_EQ(store->erase(std::string(change.key)), 1u);
      } else {
        (*store)[std::string(change.key)] = std::string(change.value);
      }
      return OkStatus();
    }));
  }
  static void Restore(const Store& store, OutboxTable* outbox) {
    for (const auto& [key, value] : store) {
      EXPECT_TRUE(outbox->Apply({.table = "outbox", .key = key, .value = value}));
    }
  }
  static std::vector<std::string> TakeAll(Outbox* outbox) {
    std::vector<std::string> taken;
    OutboxMessage message;
    while (outbox->Take(&message)) taken.emplace_back(message.bytes);
    return taken;
  }

  SimulatedClock clock_;
};

TEST_F(OutboxTableTest, GivesAMessageOutBehindItsEpoch) {
  auto outbox = Make();
  outbox->Add("a", false);
  EXPECT_TRUE(outbox->waits_for_epoch());
  outbox->OnBarrier(1);
  EXPECT_FALSE(outbox->waits_for_epoch());
  outbox->Add("b", false);
  EXPECT_TRUE(TakeAll(outbox.get()).empty());
  outbox->OnDecided(1);
  EXPECT_EQ(TakeAll(outbox.get()), (std::vector<std::string>{"a"}));
  outbox->OnDecided(1);
  EXPECT_TRUE(TakeAll(outbox.get()).empty()) << "each comes once";
  outbox->OnBarrier(2);
  outbox->OnDecided(2);
  EXPECT_EQ(TakeAll(outbox.get()), (std::vector<std::string>{"b"}));
}

TEST_F(OutboxTableTest, IsBackFromItsDeltas) {
  Store store;
  auto outbox = Make();
  for (const char* text : {"a", "b", "c"}) outbox->Add(text, false);
  outbox->OnBarrier(1);
  CollectInto(outbox.get(), &store);
  outbox->OnDecided(1);
  EXPECT_EQ(TakeAll(outbox.get()).size(), 3u);
  outbox->Done(1);
  outbox->Add("d", false);
  const uint64_t next = outbox->next_sequence();
  outbox->OnBarrier(2);
  CollectInto(outbox.get(), &store);
  EXPECT_EQ(store.size(), 4u) << "a, c, d and the counter";
  outbox->Done(0);  // not in any epoch

  auto restored = Make();
  Restore(store, restored.get());
  EXPECT_EQ(TakeAll(restored.get()), (std::vector<std::string>{"a", "c", "d"}));
  EXPECT_EQ(restored->next_sequence(), next);
  EXPECT_FALSE(restored->waits_for_epoch());
  for (const uint64_t sequence : {0, 2, 3}) restored->Done(sequence);
  CollectInto(restored.get(), &store);
  EXPECT_EQ(store.size(), 1u) << "sequences are never given twice";
}

TEST_F(OutboxTableTest, WhatWasSentAtOnceLeavesNoTrace) {
  Store store;
  auto outbox = Make();
  outbox->Add("a", true);
  outbox->Add("b", true);
  outbox->Done(0);
  outbox->OnBarrier(1);
  CollectInto(outbox.get(), &store);
  outbox->OnDecided(1);
  EXPECT_TRUE(TakeAll(outbox.get()).empty()) << "the sink has b already";
  EXPECT_EQ(store.size(), 2u);
  auto restored = Make();
  Restore(store, restored.get());
  EXPECT_EQ(TakeAll(restored.get()), (std::vector<std::string>{"b"}));
}

TEST_F(OutboxTableTest, KeepsWhatAnotherShardLeft) {
  Store store;
  auto other = Make(/*shard=*/3);
  other->Add("theirs", false);
  other->OnBarrier(1);
  CollectInto(other.get(), &store);
  auto own = Make(/*shard=*/0);
  Restore(store, own.get());
  own->Add("ours", false);
  own->OnBarrier(2);
  CollectInto(own.get(), &store);
  own->OnDecided(2);
  EXPECT_EQ(TakeAll(own.get()), (std::vector<std::string>{"theirs", "ours"}));
  auto again = Make(/*shard=*/3);
  Restore(store, again.get());
  EXPECT_EQ(again->next_sequence(), other->next_sequence());
}

TEST_F(OutboxTableTest, IsFullAndTellsHowItIs) {
  auto outbox = Make(0, 1000);
  EXPECT_TRUE(outbox->HasRoom());
  for (int i = 0; i < 4; ++i) {
    outbox->Add(std::string(200, 'x'), false);
    clock_.AdvanceMillis(1000);
  }
  EXPECT_FALSE(outbox->HasRoom());
  const OutboxStatus status = outbox->status();
  EXPECT_EQ(status.messages, 4u);
  EXPECT_EQ(status.bytes_max, 1000u);
  EXPECT_EQ(status.oldest_age_ms, 4000);
  EXPECT_GT(status.bytes_per_second, 12);
  EXPECT_LT(status.bytes_per_second, 14) << "800 bytes over the last minute";
  outbox->Done(0);
  outbox->Done(1);
  EXPECT_TRUE(outbox->HasRoom());
}

TEST_F(OutboxTableTest, RefusesBytesOfOthers) {
  auto outbox = Make();
  EXPECT_FALSE(outbox->Apply({.table = "outbox", .key = "", .value = "x"}));
  EXPECT_FALSE(outbox->Apply({.table = "outbox", .key = "m12345678", .value = "short"}));
  EXPECT_FALSE(outbox->Apply({.table = "outbox", .key = "m", .value = "x"}));
}

}  // namespace
}  // namespace millrace
