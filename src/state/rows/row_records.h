// SPDX-License-Identifier: Apache-2.0
// RowRecords: the memory of a RowStore: a record of a fixed number of bytes per slot, in segments
// that never move, and the texts that records point to. A row is one or two cache lines and its
// texts, wherever its slot is. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/list_pool.h"

namespace millrace {

class RowRecords {
 public:
  using Text = ListPool<char>::List;

  explicit RowRecords(size_t record_bytes) : record_bytes_(record_bytes) {}

  /// Records of the slots below `slots` may be used from here on; they begin as zeros.
  void Reserve(uint32_t slots) {
    while (segments_.size() * kSegmentSlots < slots) {
      segments_.push_back(std::make_unique<std::byte[]>(kSegmentSlots * record_bytes_));
    }
  }
  std::byte* at(uint32_t slot) {
    return segments_[slot / kSegmentSlots].get() + slot % kSegmentSlots * record_bytes_;
  }
  const std::byte* at(uint32_t slot) const {
    return segments_[slot / kSegmentSlots].get() + slot % kSegmentSlots * record_bytes_;
  }
  size_t record_bytes() const { return record_bytes_; }

  ListPool<char>& texts() { return texts_; }
  const ListPool<char>& texts() const { return texts_; }

 private:
  static constexpr uint32_t kSegmentSlots = 256;

  size_t record_bytes_;
  std::vector<std::unique_ptr<std::byte[]>> segments_;
  ListPool<char> texts_;
};

}  // namespace millrace
