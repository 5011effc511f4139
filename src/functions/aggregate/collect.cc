// SPDX-License-Identifier: Apache-2.0
// ARRAY_AGG keeps every value in order of arrival, NULLs included, and is NULL over no rows.
// COLLECT makes a MULTISET of the values that are not NULL, in their order, and is empty over no
// rows.
#include <algorithm>

#include "functions/aggregate/resolve.h"
#include "functions/aggregate/slot_states.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"
#include "functions/aggregate/value_counts.h"

namespace millrace {
namespace {

template <typename T>
using Elements = std::vector<std::optional<typename Stored<T>::Value>>;

template <typename T>
class ArrayAccumulators : public SlotStates<Elements<T>> {
  using View = typename Stored<T>::View;
  using Element = std::optional<typename Stored<T>::Value>;

 public:
  explicit ArrayAccumulators(DataType type) : type_(std::move(type)) {}

  Status Update(const AggregateInput& input) override {
    const ArgumentColumn<T> column(input.args[0], type_.element());
    for (size_t i = 0; i < input.rows.size(); ++i) {
      const int32_t row = input.rows[i];
      Element element;
      if (!column.IsNull(row)) element.emplace(column[row]);
      Elements<T>& state = this->states_[input.slots[i]];
      if (input.signs.empty() || input.signs[i] > 0) {
        state.push_back(std::move(element));
        continue;
      }
      const auto place = std::find(state.begin(), state.end(), element);
      if (place != state.end()) state.erase(place);
    }
    return OkStatus();
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const Elements<T> source = this->StateIn(other, from);
    this->states_[into].insert(this->states_[into].end(), source.begin(), source.end());
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    const auto length = static_cast<int64_t>(slots.size());
    internal::LazyValidity validity(length);
    auto offsets = AllocateColumn((length + 1) * static_cast<int64_t>(sizeof(int32_t)));
    auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
    ends[0] = 0;
    std::vector<const Element*> elements;
    for (size_t i = 0; i < slots.size(); ++i) {
      const Elements<T>& state = this->states_[slots[i]];
      if (state.empty()) validity.MarkNull(static_cast<int64_t>(i));
      for (const Element& element : state) elements.push_back(&element);
      ends[i + 1] = static_cast<int32_t>(elements.size());
    }
    TRY_ASSIGN(auto values, BuildColumn<T>(type_.element(), elements.size(),
                                           [&](size_t i) -> std::optional<View> {
                                             if (!elements[i]->has_value()) return std::nullopt;
                                             return View(**elements[i]);
                                           }));
    return arrow::MakeArray(arrow::ArrayData::Make(type_.ToArrow(), length,
                                                   {validity.bitmap(), std::move(offsets)},
                                                   {values->data()}, validity.null_count()));
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    const Elements<T>& state = this->states_[slot];
    PutValue(static_cast<uint64_t>(state.size()), out);
    for (const Element& element : state) {
      PutValue(element.has_value(), out);
      if (element.has_value()) PutValue(*element, out);
    }
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    uint64_t size = 0;
    if (!GetValue(bytes, &size)) return CorruptState("ARRAY_AGG");
    Elements<T> state;
    for (uint64_t i = 0; i < size; ++i) {
      bool present = false;
      if (!GetValue(bytes, &present)) return CorruptState("ARRAY_AGG");
      Element element;
      if (present && !GetValue(bytes, &element.emplace())) return CorruptState("ARRAY_AGG");
      state.push_back(std::move(element));
    }
    this->states_[slot] = std::move(state);
    return OkStatus();
  }

 private:
  DataType type_;
};

template <typename T>
class MultisetAccumulators : public SlotStates<ValueCounts<typename Stored<T>::Value>> {
  using View = typename Stored<T>::View;
  using Value = typename Stored<T>::Value;

 public:
  explicit MultisetAccumulators(DataType type) : type_(std::move(type)) {}

  Status Update(const AggregateInput& input) override {
    const ArgumentColumn<T> column(input.args[0], type_.element());
    ForEachValue(column, input, AllOf(input), [this](uint32_t slot, auto value, int sign, size_t) {
      this->states_[slot].Add(&pool_, value, sign);
    });
    return OkStatus();
  }
  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    this->states_[into].Merge(&pool_, this->StateIn(other, from));
    return OkStatus();
  }
  void Reset(uint32_t slot) override { this->states_[slot].Clear(&pool_); }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    const auto length = static_cast<int64_t>(slots.size());
    auto offsets = AllocateColumn((length + 1) * static_cast<int64_t>(sizeof(int32_t)));
    auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
    ends[0] = 0;
    std::vector<std::pair<const Value*, int32_t>> entries;
    for (size_t i = 0; i < slots.size(); ++i) {
      this->states_[slots[i]].ForEach([&](const Value& value, int64_t count) {
        if (count > 0) entries.emplace_back(&value, static_cast<int32_t>(count));
      });
      ends[i + 1] = static_cast<int32_t>(entries.size());
    }
    const auto type = std::static_pointer_cast<arrow::MapType>(type_.ToArrow());
    TRY_ASSIGN(auto values, BuildColumn<T>(type_.element(), entries.size(), [&](size_t i) {
                 return std::optional<View>(View(*entries[i].first));
               }));
    TRY_ASSIGN(auto counts, BuildColumn<int32_t>(DataType::Int(), entries.size(), [&](size_t i) {
                 return std::optional<int32_t>(entries[i].second);
               }));
    auto pairs = arrow::ArrayData::Make(type->value_type(), static_cast<int64_t>(entries.size()),
                                        {nullptr}, {values->data(), counts->data()}, 0);
    return arrow::MakeArray(
        arrow::ArrayData::Make(type, length, {nullptr, std::move(offsets)}, {std::move(pairs)}, 0));
  }

  void Serialize(uint32_t slot, std::string* out) const override { this->states_[slot].Put(out); }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    if (!this->states_[slot].Get(&pool_, bytes)) return CorruptState("COLLECT");
    return OkStatus();
  }

 private:
  DataType type_;
  typename ValueCounts<Value>::Pool pool_;
};

template <template <typename> class Class>
Result<ResolvedAggregate> Resolved(const DataType& argument, DataType result) {
  return ResolvedAggregate{.result = result, .arg_types = {argument}, .make = [argument, result] {
                             return VisitStorage(
                                 argument, [&]<typename T>() -> std::unique_ptr<Accumulators> {
                                   return std::make_unique<Class<T>>(result);
                                 });
                           }};
}

}  // namespace

void RegisterCollect(AggregateRegistry* registry) {
  registry->Register(
      {.name = "ARRAY_AGG",
       .aliases = {},
       .doc = {.group = "aggregate",
               .signature = "ARRAY_AGG([DISTINCT] x)",
               .summary =
                   "The values as an ARRAY in order of arrival, NULLs included; NULL over no "
                   "rows.",
               .example = "SELECT ARRAY_AGG(x) FROM (VALUES (2), (1)) AS t(x)",
               .result = "[2, 1]"},
       .order_sensitive = true,
       .resolve = [](const AggregateCallSite& site) -> Result<ResolvedAggregate> {
         TRY(CheckArgumentCount("ARRAY_AGG", site, 1, 1, "ARRAY_AGG(x)"));
         const DataType argument = site.args[0].type.WithTimeAttribute(TimeAttribute::kNone);
         return Resolved<ArrayAccumulators>(argument,
                                            NullableLikeArgument(DataType::Array(argument), site));
       }});
  registry->Register(
      {.name = "COLLECT",
       .aliases = {},
       .doc = {.group = "aggregate",
               .signature = "COLLECT([DISTINCT] x)",
               .summary = "The values that are not NULL as a MULTISET, empty over no values.",
               .example = "SELECT COLLECT(x) FROM (VALUES (1), (1)) AS t(x)",
               .result = "{1=2}"},
       .resolve = [](const AggregateCallSite& site) -> Result<ResolvedAggregate> {
         TRY(CheckArgumentCount("COLLECT", site, 1, 1, "COLLECT(x)"));
         const DataType argument = site.args[0].type.WithTimeAttribute(TimeAttribute::kNone);
         return Resolved<MultisetAccumulators>(argument, DataType::Multiset(argument).NotNull());
       }});
}

}  // namespace millrace
