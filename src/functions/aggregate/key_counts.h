// SPDX-License-Identifier: Apache-2.0
// KeyCounts: how often each of many numbers was seen, in order of first sight. Entries are dense,
// an open-addressing index finds them. An entry whose count is zero stays until a rebuild, so that
// it can come back in place.
#pragma once

#include <cstdint>
#include <vector>

#include "base/prefetch.h"

namespace millrace {

class KeyCounts {
 public:
  struct Entry {
    uint64_t key;
    int64_t count;
  };

  /// Adds `change` to the key's count and returns the new count.
  int64_t Add(uint64_t key, int64_t change) {
    if ((entries_.size() + 1) * 2 > index_.size()) Rebuild();
    const size_t mask = index_.size() - 1;
    size_t place = Hash(key) & mask;
    while (index_[place] != 0) {
      Entry& entry = entries_[index_[place] - 1];
      if (entry.key == key) {
        if (entry.count == 0) --zeros_;
        entry.count += change;
        if (entry.count == 0) ++zeros_;
        return entry.count;
      }
      place = (place + 1) & mask;
    }
    entries_.push_back({key, change});
    index_[place] = static_cast<uint32_t>(entries_.size());
    return change;
  }

  /// Starts to load what Add looks at first.
  void Prefetch(uint64_t key) const {
    if (!index_.empty()) PrefetchLine(&index_[Hash(key) & (index_.size() - 1)]);
  }

  /// All entries, those of count zero included.
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  static uint64_t Hash(uint64_t key) {
    uint64_t hash = key;
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdULL;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ULL;
    return hash ^ (hash >> 33);
  }

  void Rebuild() {
    if (zeros_ * 2 >= entries_.size()) {
      std::erase_if(entries_, [](const Entry& entry) { return entry.count == 0; });
      zeros_ = 0;
    }
    size_t size = 8;
    while (size < (entries_.size() + 1) * 4) size *= 2;
    index_.assign(size, 0);
    for (size_t i = 0; i < entries_.size(); ++i) {
      size_t place = Hash(entries_[i].key) & (size - 1);
      while (index_[place] != 0) place = (place + 1) & (size - 1);
      index_[place] = static_cast<uint32_t>(i + 1);
    }
  }

  std::vector<Entry> entries_;
  std::vector<uint32_t> index_;  // entry number + 1; 0 is free; a power of two
  size_t zeros_ = 0;
};

}  // namespace millrace
