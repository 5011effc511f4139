// SPDX-License-Identifier: Apache-2.0
// SlotCounts: how often each number was seen, per slot and in order of first sight. The few numbers
// of most slots lie in an array that is walked; a slot with many gets a KeyCounts. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/list_pool.h"
#include "base/prefetch.h"
#include "functions/aggregate/key_counts.h"

namespace millrace {

class SlotCounts {
 public:
  struct Entry {
    uint64_t number;
    int64_t count;
  };

  void Reserve(size_t slots) {
    if (slots > slots_.size()) slots_.resize(slots);
  }
  /// Adds `change` to the number's count in the slot and returns the new count.
  int64_t Add(uint32_t slot, uint64_t number, int64_t change) {
    Slot& counts = slots_[slot];
    if (counts.many != nullptr) return counts.many->Add(number, change);
    for (uint32_t i = 0; i < counts.few.size; ++i) {
      Entry& entry = counts.few.items[i];
      if (entry.number != number) continue;
      entry.count += change;
      if (entry.count != 0) return entry.count;
      pool_.Erase(&counts.few, i);
      return 0;
    }
    if (counts.few.size < kFewMax) {
      pool_.Append(&counts.few, {number, change});
      return change;
    }
    counts.many = std::make_unique<KeyCounts>();
    for (const Entry& entry : counts.few.values()) counts.many->Add(entry.number, entry.count);
    pool_.Clear(&counts.few);
    return counts.many->Add(number, change);
  }
  void Clear(uint32_t slot) {
    pool_.Clear(&slots_[slot].few);
    slots_[slot].many.reset();
  }
  /// Start to load what Add looks at: first, second and third.
  void Prefetch(uint32_t slot) const { PrefetchLine(&slots_[slot]); }
  void PrefetchEntries(uint32_t slot) const {
    const Slot& counts = slots_[slot];
    if (counts.many == nullptr) {
      PrefetchLine(counts.few.items);
    } else {
      PrefetchLine(counts.many.get());
    }
  }
  void PrefetchNumber(uint32_t slot, uint64_t number) const {
    if (slots_[slot].many != nullptr) slots_[slot].many->Prefetch(number);
  }

  /// Calls visit(number, count) for counts other than 0, in order of first sight.
  template <typename F>
  void ForEach(uint32_t slot, F&& visit) const {
    const Slot& counts = slots_[slot];
    for (const Entry& entry : counts.few.values()) visit(entry.number, entry.count);
    if (counts.many == nullptr) return;
    for (const auto& entry : counts.many->entries()) {
      if (entry.count != 0) visit(entry.key, entry.count);
    }
  }

 private:
  static constexpr uint32_t kFewMax = 16;
  struct Slot {
    ListPool<Entry>::List few;
    std::unique_ptr<KeyCounts> many;
  };

  ListPool<Entry> pool_;
  std::vector<Slot> slots_;
};

}  // namespace millrace
