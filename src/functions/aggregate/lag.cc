// SPDX-License-Identifier: Apache-2.0
// LAG as an accumulator over a frame that begins with the first row: the last `offset` + 1 values,
// NULLs counted. Rows of equal time come in together and see what the last of them sees, as in
// Flink; a default is that of the row that asks.
#include "functions/aggregate/lag.h"

#include <charconv>
#include <optional>

#include "functions/aggregate/resolve.h"
#include "functions/aggregate/slot_states.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"

namespace millrace {
namespace {

constexpr int64_t kOffsetMax = 1'000'000;

template <typename V>
struct LagState {
  std::vector<std::optional<V>> last;  // a ring once it is full
  uint64_t next = 0;                   // where the next value goes
  std::optional<V> otherwise;          // the default of the last row
};

template <typename T>
class LagAccumulators final : public SlotStates<LagState<typename Stored<T>::Value>> {
  using Value = typename Stored<T>::Value;
  using View = typename Stored<T>::View;
  using State = LagState<Value>;

 public:
  LagAccumulators(DataType type, size_t offset) : type_(std::move(type)), size_(offset + 1) {}

  Status Update(const AggregateInput& input) override {
    const Columns columns = ColumnsOf(input);
    Apply(columns, input, AllOf(input));
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> UpdateRunning(const AggregateInput& input,
                                                      const RunningResults& wanted) override {
    if constexpr (std::is_same_v<T, Nested>) {
      // Results would be views of values that later rows push out.
      return Accumulators::UpdateRunning(input, wanted);
    } else {
      const Columns columns = ColumnsOf(input);
      return BuildRunning<T>(
          type_, input, wanted, [&](Positions range) { Apply(columns, input, range); },
          [&](uint32_t slot) { return ValueAt(slot); });
    }
  }

  Status Merge(uint32_t, const Accumulators&, uint32_t) override {
    return InternalError("LAG", "frames of OVER are not merged");
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    return BuildColumn<T>(type_, slots.size(), [&](size_t i) { return ValueAt(slots[i]); });
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    const State& state = this->states_[slot];
    PutValues(out, static_cast<uint64_t>(state.last.size()), state.next);
    for (const auto& value : state.last) PutOptional(value, out);
    PutOptional(state.otherwise, out);
  }

  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    State state;
    uint64_t size = 0;
    if (!GetValues(bytes, &size, &state.next) || size > size_ || state.next >= size_) {
      return CorruptState("LAG");
    }
    state.last.resize(size);
    for (auto& value : state.last) {
      if (!GetOptional(bytes, &value)) return CorruptState("LAG");
    }
    if (!GetOptional(bytes, &state.otherwise)) return CorruptState("LAG");
    this->states_[slot] = std::move(state);
    return OkStatus();
  }

 private:
  struct Columns {
    ArgumentColumn<T> value;
    std::optional<ArgumentColumn<T>> otherwise;
  };

  Columns ColumnsOf(const AggregateInput& input) const {
    Columns columns{ArgumentColumn<T>(input.args[0], type_), std::nullopt};
    if (input.args.size() > 1) columns.otherwise.emplace(input.args[1], type_);
    return columns;
  }

  static void Put(const ArgumentColumn<T>& column, int32_t row, std::optional<Value>* out) {
    if (column.IsNull(row)) {
      out->reset();
    } else if (out->has_value()) {
      **out = column[row];
    } else {
      out->emplace(column[row]);
    }
  }

  void Apply(const Columns& columns, const AggregateInput& input, Positions range) {
    for (size_t i = range.begin; i < range.end; ++i) {
      State& state = this->states_[input.slots[i]];
      const int32_t row = input.rows[i];
      if (state.last.size() < size_) state.last.emplace_back();
      Put(columns.value, row, &state.last[state.next]);
      state.next = state.next + 1 == size_ ? 0 : state.next + 1;
      if (columns.otherwise) Put(*columns.otherwise, row, &state.otherwise);
    }
  }

  /// The oldest of a full ring lies where the next value goes. A default that is never NULL, and
  /// so makes the result NOT NULL, also stands for NULL.
  std::optional<View> ValueAt(uint32_t slot) const {
    const State& state = this->states_[slot];
    const bool full = state.last.size() == size_;
    const bool there = full && (type_.nullable() || state.last[state.next].has_value());
    const auto& value = there ? state.last[state.next] : state.otherwise;
    if (!value.has_value()) return std::nullopt;
    return View(*value);
  }

  static void PutOptional(const std::optional<Value>& value, std::string* out) {
    PutValue(value.has_value(), out);
    if (value.has_value()) PutValue(*value, out);
  }
  static bool GetOptional(std::string_view* bytes, std::optional<Value>* value) {
    bool present = false;
    if (!GetValue(bytes, &present)) return false;
    if (!present) return true;
    return GetValue(bytes, &value->emplace());
  }

  DataType type_;
  size_t size_;
};

}  // namespace

std::string LagName(int64_t offset) {
  return offset == 1 ? "LAG" : "LAG " + std::to_string(offset);
}

std::optional<int64_t> OffsetOfLagName(std::string_view name) {
  if (name == "LAG") return 1;
  if (!name.starts_with("LAG ")) return std::nullopt;
  int64_t offset = 0;
  const auto [end, error] = std::from_chars(name.data() + 4, name.data() + name.size(), offset);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return offset;
}

Result<ResolvedAggregate> ResolveLag(const AggregateCallSite& site, int64_t offset) {
  constexpr const char* kAccepted = "LAG(x [, offset [, default]])";
  TRY(CheckArgumentCount("LAG", site, 1, 2, kAccepted));
  if (offset < 0 || offset > kOffsetMax) {
    return UserError("MR0301", "the offset of LAG is a number from 0 to " +
                                   std::to_string(kOffsetMax) + ", found " +
                                   std::to_string(offset));
  }
  const DataType value = site.args[0].type.WithTimeAttribute(TimeAttribute::kNone);
  const bool has_default = site.args.size() > 1;
  if (has_default) {
    const DataType& other = site.args[1].type;
    if (other.kind() != TypeKind::kNull && other.Nullable() != value.Nullable() &&
        !(other.is_character() && value.is_character())) {
      return UserError("MR0301", "the default of LAG must have the type of its value, " +
                                     value.Nullable().ToString() + ", found " +
                                     other.Nullable().ToString());
    }
  }
  const bool never_null = has_default && !site.args[1].type.nullable();
  const DataType result = never_null ? value.NotNull() : value.Nullable();
  std::vector<DataType> types = {site.args[0].type};
  if (has_default) types.push_back(value.Nullable());
  return ResolvedAggregate{
      .result = result, .arg_types = std::move(types), .make = [result, offset] {
        return VisitStorage(result, [&]<typename T>() -> std::unique_ptr<Accumulators> {
          return std::make_unique<LagAccumulators<T>>(result, static_cast<size_t>(offset));
        });
      }};
}

}  // namespace millrace
