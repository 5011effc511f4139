// SPDX-License-Identifier: Apache-2.0
// ValueCounts: an ordered multiset of values. A count may be negative when a retraction came before
// its row; it cancels out later, and readers skip it.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "functions/aggregate/state_bytes.h"

namespace millrace {

/// A total order: NaN is one value, above all others.
struct TotalLess {
  using is_transparent = void;
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    if constexpr (std::is_floating_point_v<A>) {
      if (std::isnan(a)) return false;
      if (std::isnan(b)) return true;
    }
    return a < b;
  }
};

template <typename V>
class ValueCounts {
 public:
  template <typename K>
  void Add(const K& value, int64_t change) {
    auto place = counts_.find(value);
    if (place == counts_.end()) {
      counts_.emplace(V(value), change);
    } else if ((place->second += change) == 0) {
      counts_.erase(place);
    }
  }
  void Merge(const ValueCounts& other) {
    for (const auto& [value, count] : other.counts_) Add(value, count);
  }

  /// The smallest and largest value present; null if there is none.
  const V* Smallest() const {
    for (auto it = counts_.begin(); it != counts_.end(); ++it) {
      if (it->second > 0) return &it->first;
    }
    return nullptr;
  }
  const V* Largest() const {
    for (auto it = counts_.rbegin(); it != counts_.rend(); ++it) {
      if (it->second > 0) return &it->first;
    }
    return nullptr;
  }

  auto begin() const { return counts_.begin(); }
  auto end() const { return counts_.end(); }

  void Put(std::string* out) const {
    PutValue(static_cast<uint64_t>(counts_.size()), out);
    for (const auto& [value, count] : counts_) PutValues(out, value, count);
  }
  [[nodiscard]] bool Get(std::string_view* bytes) {
    uint64_t size = 0;
    if (!GetValue(bytes, &size)) return false;
    counts_.clear();
    for (uint64_t i = 0; i < size; ++i) {
      V value{};
      int64_t count = 0;
      if (!GetValues(bytes, &value, &count)) return false;
      counts_.emplace_hint(counts_.end(), std::move(value), count);
    }
    return true;
  }

 private:
  std::map<V, int64_t, TotalLess> counts_;
};

}  // namespace millrace
