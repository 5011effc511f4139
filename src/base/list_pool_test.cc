// SPDX-License-Identifier: Apache-2.0
#include "base/list_pool.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

struct Item {
  int64_t key;
  int64_t count;
  friend bool operator==(const Item&, const Item&) = default;
};

TEST(ListPoolTest, ListsHoldWhatVectorsHold) {
  ListPool<Item> pool;
  std::vector<ListPool<Item>::List> lists(50);
  std::vector<std::vector<Item>> expected(50);
  std::mt19937_64 random(1);
  for (int64_t i = 0; i < 200'000; ++i) {
    const size_t at = random() % 50 % (1 + random() % 50);
    auto& list = lists[at];
    auto& vector = expected[at];
    const size_t place = vector.empty() ? 0 : random() % (vector.size() + 1);
    switch (random() % 8) {
      case 0:
        pool.Insert(&list, place, {i, 1});
        vector.insert(vector.begin() + static_cast<ptrdiff_t>(place), {i, 1});
        break;
      case 1:
        if (place == vector.size()) break;
        pool.Erase(&list, place);
        vector.erase(vector.begin() + static_cast<ptrdiff_t>(place));
        break;
      case 2:
        if (random() % 500 != 0) break;
        pool.Clear(&list);
        vector.clear();
        break;
      default:
        pool.Append(&list, {i, 2});
        vector.push_back({i, 2});
        break;
    }
  }
  for (size_t i = 0; i < lists.size(); ++i) {
    ASSERT_EQ(lists[i].size, expected[i].size());
    EXPECT_TRUE(std::equal(expected[i].begin(), expected[i].end(), lists[i].items));
  }
}

TEST(ListPoolTest, SmallItemsAreAppendedManyAtOnce) {
  ListPool<char> pool;
  std::vector<ListPool<char>::List> lists(20);
  std::vector<std::string> expected(20);
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const size_t at = random() % lists.size();
    if (random() % 100 == 0) {
      pool.Clear(&lists[at]);
      expected[at].clear();
      continue;
    }
    const std::string bytes(random() % 70, static_cast<char>('a' + i % 26));
    pool.Append(&lists[at], bytes);
    expected[at] += bytes;
  }
  for (size_t i = 0; i < lists.size(); ++i) {
    EXPECT_EQ(std::string_view(lists[i].items, lists[i].size), expected[i]);
  }
}

TEST(ListPoolTest, ListsAreAssigned) {
  ListPool<char> pool;
  std::vector<ListPool<char>::List> lists(300);
  std::vector<std::string> expected(300);
  std::mt19937_64 random(3);
  for (int i = 0; i < 100'000; ++i) {
    const size_t at = random() % lists.size();
    const size_t size = random() % 1000 == 0 ? random() % 40'000 : random() % 90;
    expected[at].assign(size, static_cast<char>('a' + i % 26));
    pool.Assign(&lists[at], expected[at]);
    if (random() % 8 == 0) {
      pool.Append(&lists[at], expected[at]);
      expected[at] += expected[at];
    }
  }
  size_t held = 0;
  for (size_t i = 0; i < lists.size(); ++i) {
    EXPECT_EQ(std::string_view(lists[i].items, lists[i].size), expected[i]);
    held += lists[i].capacity;
  }
  EXPECT_EQ(pool.held_bytes(), held);
  for (auto& list : lists) pool.Clear(&list);
  EXPECT_EQ(pool.held_bytes(), 0u);
}

TEST(ListPoolTest, AssignedListsFillTheirBlocks) {
  ListPool<char> pool;
  for (size_t size = 16; size <= 10'000; ++size) {
    ListPool<char>::List list;
    pool.Assign(&list, std::string(size, 'x'));
    EXPECT_GE(list.capacity, size);
    EXPECT_LE(list.capacity, size * 5 / 4);
    pool.Clear(&list);
  }
}

TEST(ListPoolTest, NothingIsErasedFromAListWithoutMemory) {
  ListPool<Item> pool;
  ListPool<Item>::List list;
  pool.Erase(&list, 0, 0);
  EXPECT_EQ(list.size, 0u);
  pool.Append(&list, {1, 2});
  pool.Erase(&list, 0);
  pool.Erase(&list, 0, 0);
  EXPECT_EQ(list.size, 0u);
}

TEST(ListPoolTest, MemoryOfClearedListsIsUsedAgain) {
  ListPool<Item> pool;
  size_t first_round = 0;
  for (int round = 0; round < 3; ++round) {
    std::vector<ListPool<Item>::List> lists(1000);
    for (auto& list : lists) {
      for (int64_t i = 0; i < 20; ++i) pool.Append(&list, {i, i});
    }
    ListPool<Item>::List large;
    for (int64_t i = 0; i < 100'000; ++i) pool.Append(&large, {i, i});
    if (round == 0) first_round = pool.memory_bytes();
    EXPECT_EQ(pool.memory_bytes(), first_round);
    for (auto& list : lists) pool.Clear(&list);
    pool.Clear(&large);
    EXPECT_LT(pool.memory_bytes(), first_round - 1'000'000);
  }
}

}  // namespace
}  // namespace millrace
