// SPDX-License-Identifier: Apache-2.0
// MIN and MAX. Text compares by bytes, BOOLEAN false before true. Without retraction a slot holds
// the best value so far; with retraction it holds every value and its count, ordered, since the
// best one may leave.
#include "functions/aggregate/resolve.h"
#include "functions/aggregate/slot_states.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"
#include "functions/aggregate/value_counts.h"

namespace millrace {
namespace {

constexpr size_t kPrefetchAhead = 16;

template <bool kMax, typename T>
bool Better(const T& candidate, const T& best) {
  return kMax ? candidate > best : candidate < best;
}

template <typename V>
struct BestState {
  V value{};
  bool present = false;
};

template <typename T, bool kMax>
class BestAccumulators : public SlotStates<BestState<typename Stored<T>::Value>> {
  using Value = typename Stored<T>::Value;
  using State = BestState<Value>;

 public:
  explicit BestAccumulators(DataType type) : type_(std::move(type)) {}

  Status Update(const AggregateInput& input) override {
    Apply(ArgumentColumn<T>(input.args[0], type_), input, AllOf(input));
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> UpdateRunning(const AggregateInput& input,
                                                      const RunningResults& wanted) override {
    const ArgumentColumn<T> column(input.args[0], type_);
    return BuildRunning<T>(
        type_, input, wanted, [&](Positions range) { Apply(column, input, range); },
        [&](uint32_t slot) { return ValueAt(slot); });
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const State& source = this->StateIn(other, from);
    State& target = this->states_[into];
    if (!source.present) return OkStatus();
    if (!target.present || Better<kMax, Value>(source.value, target.value)) target = source;
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    return BuildColumn<T>(type_, slots.size(), [&](size_t i) { return ValueAt(slots[i]); });
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    const State& state = this->states_[slot];
    PutValue(state.present, out);
    if (state.present) PutValue(state.value, out);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    State state;
    if (!GetValue(bytes, &state.present)) return CorruptState("MIN or MAX");
    if (state.present && !GetValue(bytes, &state.value)) return CorruptState("MIN or MAX");
    this->states_[slot] = std::move(state);
    return OkStatus();
  }

 private:
  void Apply(const ArgumentColumn<T>& column, const AggregateInput& input, Positions range) {
    State* states = this->states_.data();
    ForEachValue(column, input, range, [states](uint32_t slot, T value, int, size_t) {
      State& state = states[slot];
      if (!state.present || Better<kMax, T>(value, state.value)) {
        state.value = value;
        state.present = true;
      }
    });
  }

  std::optional<T> ValueAt(uint32_t slot) const {
    const State& state = this->states_[slot];
    if (!state.present) return std::nullopt;
    return T(state.value);
  }

  DataType type_;
};

template <typename T, bool kMax>
class RetractableBest : public SlotStates<ValueCounts<typename Stored<T>::Value>> {
  using Value = typename Stored<T>::Value;

 public:
  explicit RetractableBest(DataType type) : type_(std::move(type)) {}

  Status Update(const AggregateInput& input) override {
    Apply(ArgumentColumn<T>(input.args[0], type_), input, AllOf(input));
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> UpdateRunning(const AggregateInput& input,
                                                      const RunningResults& wanted) override {
    const ArgumentColumn<T> column(input.args[0], type_);
    return BuildRunning<T>(
        type_, input, wanted, [&](Positions range) { Apply(column, input, range); },
        [&](uint32_t slot) { return ValueAt(slot); });
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    this->states_[into].Merge(&pool_, this->StateIn(other, from));
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    return BuildColumn<T>(type_, slots.size(), [&](size_t i) { return ValueAt(slots[i]); });
  }

  void Reset(uint32_t slot) override { this->states_[slot].Clear(&pool_); }

  void Serialize(uint32_t slot, std::string* out) const override { this->states_[slot].Put(out); }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    if (!this->states_[slot].Get(&pool_, bytes)) return CorruptState("MIN or MAX");
    return OkStatus();
  }

 private:
  void Apply(const ArgumentColumn<T>& column, const AggregateInput& input, Positions range) {
    // Running updates come row by row: what later ones look at is asked for now.
    const auto& slots = input.slots;
    if (range.begin + kPrefetchAhead < slots.size()) {
      __builtin_prefetch(&this->states_[slots[range.begin + kPrefetchAhead]]);
      this->states_[slots[range.begin + kPrefetchAhead / 2]].Prefetch();
    }
    ForEachValue(column, input, range, [this](uint32_t slot, T value, int sign, size_t) {
      this->states_[slot].Add(&pool_, value, sign);
    });
  }

  std::optional<T> ValueAt(uint32_t slot) const {
    const ValueCounts<Value>& state = this->states_[slot];
    const Value* best = kMax ? state.Largest() : state.Smallest();
    if (best == nullptr) return std::nullopt;
    return T(*best);
  }

  DataType type_;
  typename ValueCounts<Value>::Pool pool_;
};

template <bool kMax>
std::unique_ptr<Accumulators> MakeBest(const DataType& type, bool retraction) {
  return VisitStorage(type, [&]<typename T>() -> std::unique_ptr<Accumulators> {
    if constexpr (std::is_same_v<T, Nested>) {
      CHECK(false);
      return nullptr;
    } else {
      if (retraction) return std::make_unique<RetractableBest<T, kMax>>(type);
      return std::make_unique<BestAccumulators<T, kMax>>(type);
    }
  });
}

template <bool kMax>
void Register(AggregateRegistry* registry, std::string name, std::string summary,
              std::string result) {
  registry->Register(
      {.name = name,
       .aliases = {},
       .doc = {.group = "aggregate",
               .signature = name + "(x)",
               .summary = std::move(summary),
               .example = "SELECT " + name + "(x) FROM (VALUES ('b'), ('a')) AS t(x)",
               .result = std::move(result)},
       .distinct_is_plain = true,
       .resolve = [name](const AggregateCallSite& site) -> Result<ResolvedAggregate> {
         const std::string accepted =
             name + "(number), " + name + "(string), " + name + "(boolean), " + name + "(time)";
         TRY(CheckArgumentCount(name, site, 1, 1, accepted));
         const DataType& type = site.args[0].type;
         const bool comparable = type.is_numeric() || type.is_character() || type.is_timestamp() ||
                                 type.is_interval() || type.kind() == TypeKind::kBoolean ||
                                 type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime;
         if (!comparable) return WrongAggregateArguments(name, site, accepted);
         const DataType result =
             NullableLikeArgument(type, site).WithTimeAttribute(TimeAttribute::kNone);
         return ResolvedAggregate{.result = result,
                                  .arg_types = {type},
                                  .make = [result, retraction = site.needs_retraction] {
                                    return MakeBest<kMax>(result, retraction);
                                  }};
       }});
}

}  // namespace

void RegisterMinMax(AggregateRegistry* registry) {
  Register<false>(registry, "MIN", "The smallest value that is not NULL.", "a");
  Register<true>(registry, "MAX", "The largest value that is not NULL.", "b");
}

}  // namespace millrace
