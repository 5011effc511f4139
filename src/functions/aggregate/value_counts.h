// SPDX-License-Identifier: Apache-2.0
// ValueCounts: an ordered multiset of values. A count may be negative when a retraction came before
// its row; it cancels out later, and readers skip it. The multisets of all slots keep their few
// values in one Pool, which is given with every change.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/list_pool.h"
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

/// TotalLess of values that are counted: -0.0 is another value than 0.0, and below it, as Java's
/// Double.compare has it.
struct ValueLess {
  using is_transparent = void;
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    if constexpr (std::is_floating_point_v<A>) {
      if (a == 0 && b == 0) return std::signbit(a) && !std::signbit(b);
    }
    return TotalLess()(a, b);
  }
};

/// The part of ListPool that ValueCounts uses, for items that own memory.
template <typename T>
class OwningLists {
 public:
  struct List {
    std::vector<T> items;
    std::span<T> values() { return items; }
    std::span<const T> values() const { return items; }
  };
  void Insert(List* list, size_t place, T value) {
    list->items.insert(list->items.begin() + static_cast<ptrdiff_t>(place), std::move(value));
  }
  void Erase(List* list, size_t place) {
    list->items.erase(list->items.begin() + static_cast<ptrdiff_t>(place));
  }
  void Clear(List* list) { *list = List(); }
};

/// Few values lie in a sorted array, which a frame of some rows walks faster than a tree; many in a
/// tree.
template <typename V>
class ValueCounts {
  struct Entry {
    V value;
    int64_t count;
  };
  static constexpr bool kPlain = std::is_trivially_copyable_v<Entry>;

 public:
  using Pool = std::conditional_t<kPlain, ListPool<Entry>, OwningLists<Entry>>;

  template <typename K>
  void Add(Pool* pool, const K& value, int64_t change) {
    if (tree_ != nullptr) {
      AddToTree(pool, value, change);
      return;
    }
    const std::span<Entry> held = flat_.values();
    const auto place = std::lower_bound(
        held.begin(), held.end(), value,
        [](const Entry& entry, const K& wanted) { return ValueLess()(entry.value, wanted); });
    const auto index = static_cast<size_t>(place - held.begin());
    if (place == held.end() || ValueLess()(value, place->value)) {
      pool->Insert(&flat_, index, Entry{V(value), change});
      if (flat_.values().size() > kFlatMax) GrowTree(pool);
    } else if ((place->count += change) == 0) {
      pool->Erase(&flat_, index);
    }
  }
  void Merge(Pool* pool, const ValueCounts& other) {
    other.ForEach([&](const V& value, int64_t count) { Add(pool, value, count); });
  }
  void Clear(Pool* pool) {
    pool->Clear(&flat_);
    tree_.reset();
  }
  /// Starts to load what a change looks at.
  void Prefetch() const {
    if constexpr (kPlain) __builtin_prefetch(flat_.items);
  }

  /// The smallest and largest value present; null if there is none.
  const V* Smallest() const {
    if (tree_ != nullptr) return FirstPresent(tree_->begin(), tree_->end());
    return FirstPresent(flat_.values().begin(), flat_.values().end());
  }
  const V* Largest() const {
    if (tree_ != nullptr) return FirstPresent(tree_->rbegin(), tree_->rend());
    return FirstPresent(flat_.values().rbegin(), flat_.values().rend());
  }

  /// Calls visit(value, count) in order of the values.
  template <typename F>
  void ForEach(F&& visit) const {
    if (tree_ != nullptr) {
      for (const auto& [value, count] : *tree_) visit(value, count);
    } else {
      for (const auto& [value, count] : flat_.values()) visit(value, count);
    }
  }

  void Put(std::string* out) const {
    PutValue(uint64_t{tree_ != nullptr ? tree_->size() : flat_.values().size()}, out);
    ForEach([out](const V& value, int64_t count) { PutValues(out, value, count); });
  }
  [[nodiscard]] bool Get(Pool* pool, std::string_view* bytes) {
    uint64_t size = 0;
    if (!GetValue(bytes, &size)) return false;
    Clear(pool);
    for (uint64_t i = 0; i < size; ++i) {
      V value{};
      int64_t count = 0;
      if (!GetValues(bytes, &value, &count)) return false;
      Add(pool, value, count);
    }
    return true;
  }

 private:
  using Tree = std::map<V, int64_t, ValueLess>;
  static constexpr size_t kFlatMax = 128;

  template <typename Iterator>
  static const V* FirstPresent(Iterator begin, Iterator end) {
    for (; begin != end; ++begin) {
      const auto& [value, count] = *begin;
      if (count > 0) return &value;
    }
    return nullptr;
  }

  template <typename K>
  void AddToTree(Pool* pool, const K& value, int64_t change) {
    const auto place = tree_->find(value);
    if (place == tree_->end()) {
      tree_->emplace(V(value), change);
    } else if ((place->second += change) == 0) {
      tree_->erase(place);
      if (tree_->size() < kFlatMax / 4) ShrinkTree(pool);
    }
  }
  void GrowTree(Pool* pool) {
    tree_ = std::make_unique<Tree>();
    for (Entry& entry : flat_.values()) {
      tree_->emplace_hint(tree_->end(), std::move(entry.value), entry.count);
    }
    pool->Clear(&flat_);
  }
  void ShrinkTree(Pool* pool) {
    for (const auto& [value, count] : *tree_) {
      pool->Insert(&flat_, flat_.values().size(), Entry{value, count});
    }
    tree_.reset();
  }

  typename Pool::List flat_;
  std::unique_ptr<Tree> tree_;
};

}  // namespace millrace
