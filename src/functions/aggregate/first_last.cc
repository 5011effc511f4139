// SPDX-License-Identifier: Apache-2.0
// FIRST_VALUE and LAST_VALUE: the value that came first or last, NULLs not counted, as Flink has
// it. Order is the input's `sequence` where given, else arrival. With retraction a slot keeps all
// values in order; a retraction takes out the oldest equal one.
#include <algorithm>

#include "functions/aggregate/resolve.h"
#include "functions/aggregate/slot_states.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"
#include "functions/aggregate/value_counts.h"

namespace millrace {
namespace {

template <typename V>
struct OrderedValue {
  int64_t sequence = 0;
  V value{};
};

template <typename V>
struct EndState {
  OrderedValue<V> end;
  bool present = false;
};

int64_t SequenceAt(const AggregateInput& input, size_t position) {
  return input.sequence.empty() ? 0 : input.sequence[position];
}

template <typename T, bool kLast>
class EndAccumulators : public SlotStates<EndState<typename Stored<T>::Value>> {
  using State = EndState<typename Stored<T>::Value>;
  using View = typename Stored<T>::View;

 public:
  explicit EndAccumulators(DataType type) : type_(std::move(type)) {}

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
    if (!target.present || Replaces(source.end.sequence, target.end.sequence)) target = source;
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    return BuildColumn<T>(type_, slots.size(), [&](size_t i) { return ValueAt(slots[i]); });
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    const State& state = this->states_[slot];
    PutValue(state.present, out);
    if (state.present) PutValues(out, state.end.sequence, state.end.value);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    State state;
    if (!GetValue(bytes, &state.present)) return CorruptState("FIRST_VALUE or LAST_VALUE");
    if (state.present && !GetValues(bytes, &state.end.sequence, &state.end.value)) {
      return CorruptState("FIRST_VALUE or LAST_VALUE");
    }
    this->states_[slot] = std::move(state);
    return OkStatus();
  }

 private:
  void Apply(const ArgumentColumn<T>& column, const AggregateInput& input, Positions range) {
    State* states = this->states_.data();
    ForEachValue(column, input, range, [&](uint32_t slot, auto value, int, size_t position) {
      State& state = states[slot];
      const int64_t sequence = SequenceAt(input, position);
      if (state.present && !Replaces(sequence, state.end.sequence)) return;
      state.end.value = value;
      state.end.sequence = sequence;
      state.present = true;
    });
  }

  std::optional<View> ValueAt(uint32_t slot) const {
    const State& state = this->states_[slot];
    if (!state.present) return std::nullopt;
    return View(state.end.value);
  }

  static bool Replaces(int64_t sequence, int64_t held) {
    return kLast ? sequence >= held : sequence < held;
  }

  DataType type_;
};

template <typename T, bool kLast>
class RetractableEnd : public SlotStates<std::vector<OrderedValue<typename Stored<T>::Value>>> {
  using Entry = OrderedValue<typename Stored<T>::Value>;
  using State = std::vector<Entry>;  // ascending by sequence, equal ones by arrival

 public:
  explicit RetractableEnd(DataType type) : type_(std::move(type)) {}

  Status Update(const AggregateInput& input) override {
    const ArgumentColumn<T> column(input.args[0], type_);
    ForEachValue(
        column, input, AllOf(input), [&](uint32_t slot, auto value, int sign, size_t position) {
          State& state = this->states_[slot];
          if (sign > 0) {
            Insert(state, Entry{SequenceAt(input, position), typename Stored<T>::Value(value)});
            return;
          }
          const auto place = std::find_if(state.begin(), state.end(), [&](const Entry& entry) {
            const ValueLess less;
            return !less(entry.value, value) && !less(value, entry.value);
          });
          if (place != state.end()) state.erase(place);
        });
    return OkStatus();
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const State source = this->StateIn(other, from);
    for (const Entry& entry : source) Insert(this->states_[into], entry);
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    using View = typename Stored<T>::View;
    return BuildColumn<T>(type_, slots.size(), [&](size_t i) -> std::optional<View> {
      const State& state = this->states_[slots[i]];
      if (state.empty()) return std::nullopt;
      return View(kLast ? state.back().value : state.front().value);
    });
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    const State& state = this->states_[slot];
    PutValue(static_cast<uint64_t>(state.size()), out);
    for (const Entry& entry : state) PutValues(out, entry.sequence, entry.value);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    uint64_t size = 0;
    if (!GetValue(bytes, &size)) return CorruptState("FIRST_VALUE or LAST_VALUE");
    State state;
    for (uint64_t i = 0; i < size; ++i) {
      Entry entry;
      if (!GetValues(bytes, &entry.sequence, &entry.value)) {
        return CorruptState("FIRST_VALUE or LAST_VALUE");
      }
      state.push_back(std::move(entry));
    }
    this->states_[slot] = std::move(state);
    return OkStatus();
  }

 private:
  static void Insert(State& state, Entry entry) {
    const auto place = std::upper_bound(
        state.begin(), state.end(), entry.sequence,
        [](int64_t sequence, const Entry& held) { return sequence < held.sequence; });
    state.insert(place, std::move(entry));
  }

  DataType type_;
};

template <bool kLast>
void Register(AggregateRegistry* registry, std::string name, std::string summary,
              std::string result) {
  registry->Register(
      {.name = name,
       .aliases = {},
       .doc = {.group = "aggregate",
               .signature = name + "(x)",
               .summary = std::move(summary),
               .example = "SELECT " + name + "(x) FROM (VALUES (1), (2)) AS t(x)",
               .result = std::move(result)},
       .order_sensitive = true,
       .resolve = [name](const AggregateCallSite& site) -> Result<ResolvedAggregate> {
         TRY(CheckArgumentCount(name, site, 1, 1, name + "(x)"));
         const DataType& type = site.args[0].type;
         const DataType result =
             NullableLikeArgument(type, site).WithTimeAttribute(TimeAttribute::kNone);
         return ResolvedAggregate{
             .result = result,
             .arg_types = {type},
             .make = [result, retraction = site.needs_retraction] {
               return VisitStorage(result, [&]<typename T>() -> std::unique_ptr<Accumulators> {
                 if (retraction) return std::make_unique<RetractableEnd<T, kLast>>(result);
                 return std::make_unique<EndAccumulators<T, kLast>>(result);
               });
             }};
       }});
}

}  // namespace

void RegisterFirstLast(AggregateRegistry* registry) {
  Register<false>(registry, "FIRST_VALUE", "The first value that is not NULL.", "1");
  Register<true>(registry, "LAST_VALUE", "The last value that is not NULL.", "2");
}

}  // namespace millrace
