// SPDX-License-Identifier: Apache-2.0
// A value is counted per slot as a number: values of up to eight bytes are one, others get one from
// ValueIds. The inner accumulators see a row when its value is the first of its kind in the slot,
// or the last one goes.
#include "functions/aggregate/distinct.h"

#include <bit>
#include <cmath>
#include <limits>

#include "functions/aggregate/slot_counts.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"
#include "functions/aggregate/value_ids.h"

namespace millrace {
namespace {

/// Values of up to eight bytes are their own key; others are kept as bytes.
template <typename T>
constexpr bool kSmall = std::is_arithmetic_v<T>;

template <typename T>
auto KeyOf(const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    if (std::isnan(value)) {
      return uint64_t{std::bit_cast<Bits>(std::numeric_limits<T>::quiet_NaN())};
    }
    return uint64_t{std::bit_cast<Bits>(value)};
  } else if constexpr (kSmall<T>) {
    return static_cast<uint64_t>(value);
  } else if constexpr (std::is_same_v<T, Int128>) {
    return std::string_view(reinterpret_cast<const char*>(&value), sizeof(value));
  } else {
    return std::string_view(value);
  }
}

template <typename T>
typename Stored<T>::View ValueOf(const auto& key) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    return std::bit_cast<T>(static_cast<Bits>(key));
  } else if constexpr (kSmall<T>) {
    return static_cast<T>(key);
  } else if constexpr (std::is_same_v<T, Int128>) {
    Int128 value;
    std::memcpy(&value, key.data(), sizeof(value));
    return value;
  } else {
    return key;
  }
}

/// The rows of an update that the inner accumulators see.
struct Passed {
  std::vector<int32_t> rows;
  std::vector<uint32_t> slots;
  std::vector<int8_t> signs;
  std::vector<int64_t> sequence;
  std::vector<uint32_t> after;  // of the wanted results, counted in passed rows
};

template <typename T>
class DistinctAccumulators : public Accumulators {
 public:
  DistinctAccumulators(std::unique_ptr<Accumulators> inner, DataType type)
      : inner_(std::move(inner)), type_(std::move(type)) {}

  void Reserve(uint32_t count) override {
    counts_.Reserve(count);
    if (count > nulls_.size()) nulls_.resize(count);
    inner_->Reserve(count);
  }
  void Reset(uint32_t slot) override {
    if constexpr (!kSmall<T>) {
      counts_.ForEach(slot, [&](uint64_t id, int64_t) { ids_.Drop(static_cast<uint32_t>(id)); });
      ids_.Sweep();
    }
    counts_.Clear(slot);
    nulls_[slot] = 0;
    inner_->Reset(slot);
  }

  Status Update(const AggregateInput& input) override {
    Pass(input, {});
    return inner_->Update(PassedInput(input));
  }
  Result<std::shared_ptr<arrow::Array>> UpdateRunning(const AggregateInput& input,
                                                      const RunningResults& wanted) override {
    Pass(input, wanted.after);
    return inner_->UpdateRunning(PassedInput(input), {passed_.after, wanted.slots});
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const auto& source = static_cast<const DistinctAccumulators&>(other);
    std::vector<SlotCounts::Entry> entries;
    source.counts_.ForEach(from, [&](uint64_t number, int64_t count) {
      if constexpr (!kSmall<T>) {
        number = ids_.FindOrInsert(source.ids_.bytes(static_cast<uint32_t>(number)));
      }
      entries.push_back({number, count});
    });
    std::vector<uint64_t> fresh;
    for (const SlotCounts::Entry& entry : entries) {
      const int64_t count = Count(into, entry.number, entry.count);
      if (count > 0 && count - entry.count <= 0) fresh.push_back(entry.number);
    }
    if constexpr (!kSmall<T>) ids_.Sweep();
    const int64_t nulls = source.nulls_[from];
    const bool null_is_fresh = nulls_[into] <= 0 && nulls_[into] + nulls > 0;
    nulls_[into] += nulls;
    const size_t size = fresh.size() + (null_is_fresh ? 1 : 0);
    using View = typename Stored<T>::View;
    TRY_ASSIGN(auto values,
               BuildColumn<T>(type_.Nullable(), size, [&](size_t i) -> std::optional<View> {
                 if (i == fresh.size()) return std::nullopt;
                 return ValueOf<T>(KeyOfNumber(fresh[i]));
               }));
    std::vector<int32_t> rows(size);
    for (size_t i = 0; i < size; ++i) rows[i] = static_cast<int32_t>(i);
    const std::vector<uint32_t> slots(size, into);
    const std::vector<std::shared_ptr<arrow::Array>> args = {std::move(values)};
    return inner_->Update(
        {.args = args, .rows = rows, .slots = slots, .signs = {}, .sequence = {}});
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    return inner_->Finish(slots);
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    uint64_t size = 0;
    counts_.ForEach(slot, [&](uint64_t, int64_t) { ++size; });
    PutValue(size, out);
    counts_.ForEach(slot, [&](uint64_t number, int64_t count) {
      PutValues(out, StoredKey(KeyOfNumber(number)), count);
    });
    PutValue(nulls_[slot], out);
    inner_->Serialize(slot, out);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    Reset(slot);
    uint64_t size = 0;
    bool good = GetValue(bytes, &size);
    for (uint64_t i = 0; good && i < size; ++i) {
      StoredKey key{};
      int64_t count = 0;
      good = GetValues(bytes, &key, &count);
      if (good) Count(slot, NumberOf(key), count);
    }
    if (!good || !GetValue(bytes, &nulls_[slot])) return CorruptState("a DISTINCT aggregate");
    return inner_->Deserialize(slot, bytes);
  }

 private:
  using StoredKey = std::conditional_t<kSmall<T>, uint64_t, std::string>;
  static constexpr size_t kPrefetchAhead = 12;

  uint64_t NumberOf(const StoredKey& key) {
    if constexpr (kSmall<T>) return key;
    if constexpr (!kSmall<T>) return ids_.FindOrInsert(key);
  }
  auto KeyOfNumber(uint64_t number) const {
    if constexpr (kSmall<T>) return number;
    if constexpr (!kSmall<T>) return ids_.bytes(static_cast<uint32_t>(number));
  }

  /// Adds to the count of a number and returns the new count; what is counted is held.
  int64_t Count(uint32_t slot, uint64_t number, int64_t change) {
    const int64_t count = counts_.Add(slot, number, change);
    if constexpr (!kSmall<T>) {
      const auto id = static_cast<uint32_t>(number);
      if (count == change && change != 0) ids_.Hold(id);
      if (count == 0 && change != 0) ids_.Drop(id);
    }
    return count;
  }

  /// The numbers of all values of an update; any number for NULL.
  void Number(const AggregateInput& input, const ArgumentColumn<T>& column) {
    const size_t count = input.rows.size();
    numbers_.resize(count);
    if constexpr (!kSmall<T>) {
      for (size_t i = 0; i < count; ++i) {
        if (column.IsNull(input.rows[i])) continue;
        const auto value = column[input.rows[i]];
        numbers_[i] = HashBytes(KeyOf(value));
      }
    }
    for (size_t i = 0; i < count; ++i) {
      if constexpr (!kSmall<T>) {
        if (i + kPrefetchAhead < count) ids_.Prefetch(numbers_[i + kPrefetchAhead]);
      }
      if (column.IsNull(input.rows[i])) continue;
      const auto value = column[input.rows[i]];
      if constexpr (kSmall<T>) numbers_[i] = KeyOf(value);
      if constexpr (!kSmall<T>) numbers_[i] = ids_.FindOrInsert(KeyOf(value), numbers_[i]);
    }
  }

  /// Starts to load what rows behind this one will count.
  void Prefetch(std::span<const uint32_t> slots, size_t row) const {
    constexpr size_t kFirst = kPrefetchAhead;
    constexpr size_t kSecond = kPrefetchAhead * 2 / 3;
    constexpr size_t kThird = kPrefetchAhead / 3;
    if (row + kFirst < slots.size()) counts_.Prefetch(slots[row + kFirst]);
    if (row + kSecond < slots.size()) counts_.PrefetchEntries(slots[row + kSecond]);
    if (row + kThird < slots.size()) {
      counts_.PrefetchNumber(slots[row + kThird], numbers_[row + kThird]);
    }
  }

  /// Counts the rows and fills passed_.
  void Pass(const AggregateInput& input, std::span<const uint32_t> after) {
    const ArgumentColumn<T> column(input.args[0], type_);
    Number(input, column);
    for (auto* list : {&passed_.slots, &passed_.after}) list->clear();
    passed_.rows.clear();
    passed_.signs.clear();
    passed_.sequence.clear();
    const size_t count = input.rows.size();
    size_t asked = 0;
    const auto note = [&](size_t row) {
      for (; asked < after.size() && after[asked] <= row; ++asked) {
        passed_.after.push_back(static_cast<uint32_t>(passed_.rows.size()));
      }
    };
    bool any_retraction = false;
    for (size_t i = 0; i < count; ++i) {
      Prefetch(input.slots, i);
      note(i);
      const uint32_t slot = input.slots[i];
      const int8_t sign = input.signs.empty() ? int8_t{1} : input.signs[i];
      const int64_t now =
          column.IsNull(input.rows[i]) ? nulls_[slot] += sign : Count(slot, numbers_[i], sign);
      if (now != (sign > 0 ? 1 : 0)) continue;
      passed_.rows.push_back(input.rows[i]);
      passed_.slots.push_back(slot);
      passed_.signs.push_back(sign);
      if (!input.sequence.empty()) passed_.sequence.push_back(input.sequence[i]);
      any_retraction |= sign < 0;
    }
    note(count);
    if (!any_retraction) passed_.signs.clear();
    if constexpr (!kSmall<T>) ids_.Sweep();
  }

  AggregateInput PassedInput(const AggregateInput& input) const {
    return {.args = input.args,
            .rows = passed_.rows,
            .slots = passed_.slots,
            .signs = passed_.signs,
            .sequence = passed_.sequence};
  }

  std::unique_ptr<Accumulators> inner_;
  DataType type_;
  SlotCounts counts_;
  std::vector<int64_t> nulls_;  // by slot
  ValueIds ids_;                // of values that are no numbers themselves
  Passed passed_;
  std::vector<uint64_t> numbers_;  // of the update at hand
};

}  // namespace

ResolvedAggregate WrapDistinct(ResolvedAggregate inner) {
  const DataType type = inner.arg_types.at(0);
  auto make_inner = std::move(inner.make);
  inner.make = [make_inner, type] {
    return VisitStorage(type, [&]<typename T>() -> std::unique_ptr<Accumulators> {
      return std::make_unique<DistinctAccumulators<T>>(make_inner(), type);
    });
  };
  return inner;
}

}  // namespace millrace
