// SPDX-License-Identifier: Apache-2.0
#include "functions/aggregate/single_value.h"

#include "functions/aggregate/resolve.h"
#include "functions/aggregate/slot_states.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"

namespace millrace {
namespace {

template <typename V>
struct SingleState {
  int64_t rows = 0;
  bool present = false;  // the row's value is not NULL
  V value{};
};

template <typename T>
class SingleValue final : public SlotStates<SingleState<typename Stored<T>::Value>> {
  using State = SingleState<typename Stored<T>::Value>;

 public:
  explicit SingleValue(DataType type) : type_(std::move(type)) {}

  Status Update(const AggregateInput& input) override {
    const ArgumentColumn<T> column(input.args[0], type_);
    for (size_t i = 0; i < input.rows.size(); ++i) {
      State& state = this->states_[input.slots[i]];
      const bool adds = input.signs.empty() || input.signs[i] > 0;
      if (!adds) {
        state = State{.rows = state.rows - 1, .present = false, .value = {}};
        continue;
      }
      if (state.rows > 0) return SecondRow();
      state = State{.rows = state.rows + 1, .present = !column.IsNull(input.rows[i]), .value = {}};
      if (state.present) state.value = typename Stored<T>::Value(column[input.rows[i]]);
    }
    return OkStatus();
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const State& source = this->StateIn(other, from);
    State& target = this->states_[into];
    if (source.rows == 0) return OkStatus();
    if (target.rows > 0) return SecondRow();
    target = source;
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    using View = typename Stored<T>::View;
    return BuildColumn<T>(type_, slots.size(), [&](size_t i) -> std::optional<View> {
      const State& state = this->states_[slots[i]];
      return state.present ? std::optional<View>(View(state.value)) : std::nullopt;
    });
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    const State& state = this->states_[slot];
    PutValue(state.rows, out);
    PutValue(state.present, out);
    if (state.present) PutValues(out, state.value);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    State state;
    if (!GetValue(bytes, &state.rows) || !GetValue(bytes, &state.present)) {
      return CorruptState("a subquery's value");
    }
    if (state.present && !GetValues(bytes, &state.value)) {
      return CorruptState("a subquery's value");
    }
    this->states_[slot] = std::move(state);
    return OkStatus();
  }

 private:
  static Status SecondRow() {
    return UserError("MR0713", "a subquery that is used as a value has more than one row");
  }

  DataType type_;
};

}  // namespace

ResolvedAggregate ResolveSingleValue(const AggregateCallSite& site) {
  const DataType type = site.args[0].type.Nullable().WithTimeAttribute(TimeAttribute::kNone);
  return {.result = type, .arg_types = {site.args[0].type}, .make = [type] {
            return VisitStorage(type, [&]<typename T>() -> std::unique_ptr<Accumulators> {
              return std::make_unique<SingleValue<T>>(type);
            });
          }};
}

}  // namespace millrace
