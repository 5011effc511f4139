// SPDX-License-Identifier: Apache-2.0
// ValueIds: numbers for byte values that many slots count, so that a value is kept once however
// many slots have seen it. References are counted; ids without one are given up by Sweep, not
// before, since an update looks all its ids up first. One thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "data/keys/key_index.h"

namespace millrace {

class ValueIds {
 public:
  uint32_t FindOrInsert(std::string_view bytes) { return FindOrInsert(bytes, HashBytes(bytes)); }
  uint32_t FindOrInsert(std::string_view bytes, uint64_t hash) {
    const uint32_t id = index_.FindOrInsert(bytes, hash);
    if (id >= references_.size()) references_.resize(index_.slot_limit(), 0);
    if (references_[id] == 0) unheld_.push_back(id);
    return id;
  }
  std::string_view bytes(uint32_t id) const { return index_.key(id); }
  void Prefetch(uint64_t hash) const { index_.Prefetch(hash); }

  void Hold(uint32_t id) { ++references_[id]; }
  void Drop(uint32_t id) {
    if (--references_[id] == 0) unheld_.push_back(id);
  }
  void Sweep() {
    for (const uint32_t id : unheld_) {
      if (references_[id] != 0 || !index_.live(id)) continue;
      index_.Detach(id);
      index_.Release(id);
    }
    unheld_.clear();
  }
  size_t size() const { return index_.size(); }

 private:
  KeyIndex index_;
  std::vector<uint64_t> references_;  // by id
  std::vector<uint32_t> unheld_;      // ids that may be without a reference
};

}  // namespace millrace
