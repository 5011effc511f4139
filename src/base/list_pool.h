// SPDX-License-Identifier: Apache-2.0
// ListPool: many small arrays that grow, in the memory of one pool. State keeps an array per key
// (the rows of a frame, the values of a MAX) and there are a million keys: an allocation for each
// costs more than the work on it, and so does freeing them all at the end.
//
// A list is a plain handle of 16 bytes; whoever holds it gives its memory back by Clear, or leaves
// it to the end of the pool. Lists that grow have blocks of powers of two, those that are assigned
// at once blocks of four sizes between two powers; a block goes to the next list of its size.
// Blocks above kLargeBytes are allocations of their own and are freed at once. Items do not move
// but by Append, Insert, Erase and Assign of their own list. One thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <unordered_set>
#include <vector>

namespace millrace {

/// Whether moving the rest of a list of `size` items to its front is worth it, the first `gap` of
/// which are not used any more.
constexpr bool WorthDroppingGap(size_t gap, size_t size) { return gap > 32 && gap * 2 > size; }

template <typename T>
class ListPool {
  static_assert(std::is_trivially_copyable_v<T>);
  static_assert(alignof(T) <= alignof(std::max_align_t));

 public:
  struct List {
    T* items = nullptr;
    uint32_t size = 0;
    uint32_t capacity = 0;  // of a block, or 0

    std::span<T> values() { return {items, size}; }
    std::span<const T> values() const { return {items, size}; }
    bool full() const { return size == capacity; }
  };

  ListPool() = default;
  ListPool(const ListPool&) = delete;
  ListPool& operator=(const ListPool&) = delete;
  ~ListPool() {
    for (T* block : large_) ::operator delete(block);
  }

  void Append(List* list, const T& value) {
    if (list->full()) Grow(list);
    list->items[list->size++] = value;
  }
  void Append(List* list, std::span<const T> values) {
    if (list->capacity - list->size < values.size()) Grow(list, list->size + values.size());
    if (values.empty()) return;
    std::memcpy(list->items + list->size, values.data(), values.size() * sizeof(T));
    list->size += static_cast<uint32_t>(values.size());
  }
  /// The list becomes a copy of the values, which are not its own. They fill a new block by four
  /// fifths or more; the one that the list has is kept if they fill it by about half.
  void Assign(List* list, std::span<const T> values) {
    const uint32_t capacity = FittingCapacity(values.size());
    if (list->capacity < capacity || list->capacity / 2 > capacity) {
      Clear(list);
      if (capacity != 0) *list = {Take(capacity), 0, capacity};
    }
    if (!values.empty()) std::memcpy(list->items, values.data(), values.size() * sizeof(T));
    list->size = static_cast<uint32_t>(values.size());
  }
  /// `place` is at most the size.
  void Insert(List* list, size_t place, const T& value) {
    if (list->full()) Grow(list);
    std::memmove(list->items + place + 1, list->items + place, (list->size - place) * sizeof(T));
    list->items[place] = value;
    ++list->size;
  }
  /// Takes `count` items out at `place`; the memory stays the list's.
  void Erase(List* list, size_t place, size_t count = 1) {
    if (count == 0) return;  // also of a list that has no memory yet
    list->size -= static_cast<uint32_t>(count);
    std::memmove(list->items + place, list->items + place + count,
                 (list->size - place) * sizeof(T));
  }
  /// Empties the list and takes its memory back.
  void Clear(List* list) {
    if (list->capacity != 0) Release(list->items, list->capacity);
    *list = List();
  }

  size_t memory_bytes() const { return chunks_.size() * kChunkBytes + large_bytes_; }
  /// Of memory_bytes: what lists have.
  size_t held_bytes() const { return held_bytes_; }

 private:
  static constexpr size_t kChunkBytes = size_t{1} << 16;
  static constexpr size_t kLargeBytes = kChunkBytes / 4;
  /// Of the first block of a list that grows: 32 bytes' worth of items, one at least.
  static constexpr uint32_t kFirst = std::bit_floor(std::max<uint32_t>(32 / sizeof(T), 1));
  /// Of any block: free ones hold a pointer.
  static constexpr uint32_t kLeast =
      std::bit_ceil(static_cast<uint32_t>((sizeof(T*) + sizeof(T) - 1) / sizeof(T)));
  static_assert(kFirst >= kLeast);

  struct Chunk {
    alignas(std::max_align_t) std::byte bytes[kChunkBytes];
  };

  /// The least capacity of a block that holds so many: one of four between two powers of two.
  static uint32_t FittingCapacity(size_t count) {
    if (count == 0) return 0;
    const auto least = static_cast<uint32_t>(std::max<size_t>(count, kLeast));
    const uint32_t step = std::max(std::bit_ceil(least) / 8, uint32_t{1});
    return (least + step - 1) / step * step;
  }

  /// Four for the capacities from each power of two up to the next.
  static size_t ClassOf(uint32_t capacity) {
    const uint32_t power = std::bit_floor(capacity);
    return static_cast<size_t>(std::countr_zero(power)) * 4 + (capacity - power) * 4 / power;
  }

  /// Room for `count` items, or for one more.
  void Grow(List* list, size_t count = 0) {
    const uint32_t twice = std::max(kFirst, std::bit_ceil(list->capacity + 1));
    const uint32_t capacity = std::max(twice, std::bit_ceil(static_cast<uint32_t>(count)));
    T* const items = Take(capacity);
    if (list->size != 0) std::memcpy(items, list->items, list->size * sizeof(T));
    if (list->capacity != 0) Release(list->items, list->capacity);
    list->items = items;
    list->capacity = capacity;
  }

  T* Take(uint32_t capacity) {
    const size_t bytes = capacity * sizeof(T);
    held_bytes_ += bytes;
    if (bytes > kLargeBytes) {
      T* const block = static_cast<T*>(::operator new(bytes));
      large_.insert(block);
      large_bytes_ += bytes;
      return block;
    }
    T*& free = free_[ClassOf(capacity)];
    if (free != nullptr) {
      T* const block = free;
      std::memcpy(&free, block, sizeof(T*));
      return block;
    }
    if (chunks_.empty() || used_ + bytes > kChunkBytes) {
      chunks_.push_back(std::make_unique_for_overwrite<Chunk>());
      used_ = 0;
    }
    T* const block = reinterpret_cast<T*>(chunks_.back()->bytes + used_);
    used_ += bytes;
    return block;
  }

  void Release(T* block, uint32_t capacity) {
    const size_t bytes = capacity * sizeof(T);
    held_bytes_ -= bytes;
    if (bytes > kLargeBytes) {
      large_.erase(block);
      large_bytes_ -= bytes;
      ::operator delete(block);
      return;
    }
    T*& free = free_[ClassOf(capacity)];
    std::memcpy(static_cast<void*>(block), &free, sizeof(T*));
    free = block;
  }

  std::vector<std::unique_ptr<Chunk>> chunks_;
  size_t used_ = 0;       // of the last chunk
  T* free_[4 * 32] = {};  // by size: blocks given back, each with a pointer to the next
  size_t held_bytes_ = 0;
  std::unordered_set<T*> large_;
  size_t large_bytes_ = 0;
};

}  // namespace millrace
