// SPDX-License-Identifier: Apache-2.0
// WindowPartitions: the partitions that are in memory, by the time at which their window ends. One
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "data/batch.h"

namespace millrace {

class WindowPartitions {
 public:
  bool empty() const { return ends_.empty(); }
  /// The earliest end; kMaxWatermark: there is no partition.
  EventTime next() const { return empty() ? kMaxWatermark : ends_.begin()->first; }

  bool contains(uint32_t partition) const {
    return partition < places_.size() && places_[partition] != kNowhere;
  }
  /// REQUIRES: !contains(partition).
  void Add(EventTime end, uint32_t partition) {
    if (partition >= places_.size()) places_.resize(partition + 1, kNowhere);
    std::vector<uint32_t>& partitions = ends_[end];
    places_[partition] = partitions.size();
    partitions.push_back(partition);
  }
  /// REQUIRES: contains(partition), added with that end.
  void Remove(EventTime end, uint32_t partition) {
    const auto window = ends_.find(end);
    std::vector<uint32_t>& partitions = window->second;
    const size_t place = places_[partition];
    partitions[place] = partitions.back();
    places_[partitions[place]] = place;
    places_[partition] = kNowhere;
    partitions.pop_back();
    if (partitions.empty()) ends_.erase(window);
  }
  /// One of the earliest end, which is removed. REQUIRES: !empty().
  uint32_t Pop() {
    const uint32_t partition = ends_.begin()->second.back();
    Remove(next(), partition);
    return partition;
  }

 private:
  static constexpr size_t kNowhere = SIZE_MAX;

  std::map<EventTime, std::vector<uint32_t>> ends_;
  std::vector<size_t> places_;  // by partition: among those of its end
};

}  // namespace millrace
