// SPDX-License-Identifier: Apache-2.0
#include "functions/aggregate/distinct.h"

#include <bit>
#include <cmath>
#include <limits>

#include "functions/aggregate/key_counts.h"
#include "functions/aggregate/stored_value.h"

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
    return uint64_t{std::bit_cast<Bits>(value == 0 ? T{0} : value)};
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
};

template <typename T>
class DistinctAccumulators : public Accumulators {
  using Key = std::conditional_t<kSmall<T>, uint64_t, std::string>;
  struct Slot {
    KeyCounts<Key> keys;
    int64_t nulls = 0;
  };

 public:
  DistinctAccumulators(std::unique_ptr<Accumulators> inner, DataType type)
      : inner_(std::move(inner)), type_(std::move(type)) {}

  void Reserve(uint32_t count) override {
    if (count > slots_.size()) slots_.resize(count);
    inner_->Reserve(count);
  }
  void Reset(uint32_t slot) override {
    slots_[slot] = Slot();
    inner_->Reset(slot);
  }

  Status Update(const AggregateInput& input) override {
    const ArgumentColumn<T> column(input.args[0], type_);
    Passed passed;
    bool any_retraction = false;
    for (size_t i = 0; i < input.rows.size(); ++i) {
      const int32_t row = input.rows[i];
      const int8_t sign = input.signs.empty() ? int8_t{1} : input.signs[i];
      Slot& slot = slots_[input.slots[i]];
      const int64_t count = Count(slot, column, row, sign);
      if (count != (sign > 0 ? 1 : 0)) continue;
      passed.rows.push_back(row);
      passed.slots.push_back(input.slots[i]);
      passed.signs.push_back(sign);
      if (!input.sequence.empty()) passed.sequence.push_back(input.sequence[i]);
      any_retraction |= sign < 0;
    }
    if (!any_retraction) passed.signs.clear();
    return inner_->Update({.args = input.args,
                           .rows = passed.rows,
                           .slots = passed.slots,
                           .signs = passed.signs,
                           .sequence = passed.sequence});
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const Slot source = static_cast<const DistinctAccumulators&>(other).slots_[from];
    Slot& target = slots_[into];
    std::vector<const Key*> fresh;
    for (const auto& entry : source.keys.entries()) {
      if (entry.count == 0) continue;
      const int64_t count = target.keys.Add(entry.key, entry.count);
      if (count > 0 && count - entry.count <= 0) fresh.push_back(&entry.key);
    }
    const bool null_is_fresh = target.nulls <= 0 && target.nulls + source.nulls > 0;
    target.nulls += source.nulls;
    const size_t size = fresh.size() + (null_is_fresh ? 1 : 0);
    using View = typename Stored<T>::View;
    TRY_ASSIGN(auto values,
               BuildColumn<T>(type_.Nullable(), size, [&](size_t i) -> std::optional<View> {
                 if (i == fresh.size()) return std::nullopt;
                 return ValueOf<T>(*fresh[i]);
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
    slots_[slot].keys.Put(out);
    PutValue(slots_[slot].nulls, out);
    inner_->Serialize(slot, out);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    if (!slots_[slot].keys.Get(bytes) || !GetValue(bytes, &slots_[slot].nulls)) {
      return CorruptState("a DISTINCT aggregate");
    }
    return inner_->Deserialize(slot, bytes);
  }

 private:
  static int64_t Count(Slot& slot, const ArgumentColumn<T>& column, int32_t row, int8_t sign) {
    if (column.IsNull(row)) return slot.nulls += sign;
    const auto value = column[row];
    return slot.keys.Add(KeyOf(value), sign);
  }

  std::unique_ptr<Accumulators> inner_;
  DataType type_;
  std::vector<Slot> slots_;
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
