// SPDX-License-Identifier: Apache-2.0
// ValueCounts: an ordered multiset of values. A count may be negative when a retraction came before
// its row; it cancels out later, and readers skip it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

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

/// Few values lie in a sorted array, which a frame of some rows walks faster than a tree; many in a
/// tree.
template <typename V>
class ValueCounts {
 public:
  template <typename K>
  void Add(const K& value, int64_t change) {
    if (tree_ != nullptr) {
      AddToTree(value, change);
      return;
    }
    const auto place = std::lower_bound(
        flat_.begin(), flat_.end(), value,
        [](const Entry& entry, const K& wanted) { return TotalLess()(entry.first, wanted); });
    if (place == flat_.end() || TotalLess()(value, place->first)) {
      flat_.emplace(place, V(value), change);
      if (flat_.size() > kFlatMax) GrowTree();
    } else if ((place->second += change) == 0) {
      flat_.erase(place);
    }
  }
  void Merge(const ValueCounts& other) {
    other.ForEach([this](const V& value, int64_t count) { Add(value, count); });
  }

  /// The smallest and largest value present; null if there is none.
  const V* Smallest() const {
    return tree_ != nullptr ? FirstPresent(tree_->begin(), tree_->end())
                            : FirstPresent(flat_.begin(), flat_.end());
  }
  const V* Largest() const {
    return tree_ != nullptr ? FirstPresent(tree_->rbegin(), tree_->rend())
                            : FirstPresent(flat_.rbegin(), flat_.rend());
  }

  /// Calls visit(value, count) in order of the values.
  template <typename F>
  void ForEach(F&& visit) const {
    if (tree_ != nullptr) {
      for (const auto& [value, count] : *tree_) visit(value, count);
    } else {
      for (const auto& [value, count] : flat_) visit(value, count);
    }
  }

  void Put(std::string* out) const {
    PutValue(static_cast<uint64_t>(tree_ != nullptr ? tree_->size() : flat_.size()), out);
    ForEach([out](const V& value, int64_t count) { PutValues(out, value, count); });
  }
  [[nodiscard]] bool Get(std::string_view* bytes) {
    uint64_t size = 0;
    if (!GetValue(bytes, &size)) return false;
    flat_.clear();
    tree_.reset();
    for (uint64_t i = 0; i < size; ++i) {
      V value{};
      int64_t count = 0;
      if (!GetValues(bytes, &value, &count)) return false;
      Add(value, count);
    }
    return true;
  }

  ValueCounts() = default;
  ValueCounts(ValueCounts&&) noexcept = default;
  ValueCounts& operator=(ValueCounts&&) noexcept = default;
  ValueCounts(const ValueCounts& other) { *this = other; }
  ValueCounts& operator=(const ValueCounts& other) {
    flat_ = other.flat_;
    tree_ = other.tree_ == nullptr ? nullptr : std::make_unique<Tree>(*other.tree_);
    return *this;
  }

 private:
  using Entry = std::pair<V, int64_t>;
  using Tree = std::map<V, int64_t, TotalLess>;
  static constexpr size_t kFlatMax = 128;

  template <typename Iterator>
  static const V* FirstPresent(Iterator begin, Iterator end) {
    for (; begin != end; ++begin) {
      if (begin->second > 0) return &begin->first;
    }
    return nullptr;
  }

  template <typename K>
  void AddToTree(const K& value, int64_t change) {
    const auto place = tree_->find(value);
    if (place == tree_->end()) {
      tree_->emplace(V(value), change);
    } else if ((place->second += change) == 0) {
      tree_->erase(place);
      if (tree_->size() < kFlatMax / 4) ShrinkTree();
    }
  }
  void GrowTree() {
    tree_ = std::make_unique<Tree>();
    for (Entry& entry : flat_) {
      tree_->emplace_hint(tree_->end(), std::move(entry.first), entry.second);
    }
    flat_ = {};
  }
  void ShrinkTree() {
    for (const auto& [value, count] : *tree_) flat_.emplace_back(value, count);
    tree_.reset();
  }

  std::vector<Entry> flat_;
  std::unique_ptr<Tree> tree_;
};

}  // namespace millrace
