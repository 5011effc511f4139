// SPDX-License-Identifier: Apache-2.0
// COUNT(*) counts rows, COUNT(x) rows whose x is not NULL. The result is never NULL.
#include "functions/aggregate/resolve.h"
#include "functions/aggregate/slot_states.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"

namespace millrace {
namespace {

/// Which rows count: all of them without an argument.
class Validity {
 public:
  explicit Validity(const AggregateInput& input) {
    if (input.args.empty()) return;
    datum_.emplace(input.args[0]);
    reader_.emplace(*datum_);
  }
  bool may_have_nulls() const { return reader_.has_value() && reader_->may_have_nulls(); }
  bool IsNull(int64_t row) const { return reader_.has_value() && reader_->IsNull(row); }

 private:
  std::optional<arrow::Datum> datum_;
  std::optional<ValidityReader> reader_;
};

class CountAccumulators : public SlotStates<int64_t> {
 public:
  Status Update(const AggregateInput& input) override {
    Apply(Validity(input), input, AllOf(input));
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> UpdateRunning(const AggregateInput& input,
                                                      const RunningResults& wanted) override {
    const Validity validity(input);
    return BuildRunning<int64_t>(
        DataType::BigInt(), input, wanted, [&](Positions range) { Apply(validity, input, range); },
        [&](uint32_t slot) { return std::optional<int64_t>(states_[slot]); });
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    states_[into] += StateIn(other, from);
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    return BuildColumn<int64_t>(DataType::BigInt(), slots.size(), [&](size_t i) {
      return std::optional<int64_t>(states_[slots[i]]);
    });
  }

  void Serialize(uint32_t slot, std::string* out) const override { PutValue(states_[slot], out); }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    if (!GetValue(bytes, &states_[slot])) return CorruptState("COUNT");
    return OkStatus();
  }

 private:
  void Apply(const Validity& validity, const AggregateInput& input, Positions range) {
    int64_t* states = states_.data();
    const uint32_t* slots = input.slots.data();
    if (!validity.may_have_nulls() && input.signs.empty()) {
      for (size_t i = range.begin; i < range.end; ++i) ++states[slots[i]];
      return;
    }
    for (size_t i = range.begin; i < range.end; ++i) {
      if (validity.IsNull(input.rows[i])) continue;
      states[slots[i]] += input.signs.empty() ? 1 : input.signs[i];
    }
  }
};

}  // namespace

void RegisterCount(AggregateRegistry* registry) {
  registry->Register(
      {.name = "COUNT",
       .aliases = {},
       .doc = {.group = "aggregate",
               .signature = "COUNT(*), COUNT([DISTINCT] x)",
               .summary = "The number of rows, or of rows whose argument is not NULL.",
               .example = "SELECT COUNT(x) FROM (VALUES (1), (CAST(NULL AS INT))) AS t(x)",
               .result = "1"},
       .resolve = [](const AggregateCallSite& site) -> Result<ResolvedAggregate> {
         TRY(CheckArgumentCount("COUNT", site, 0, 1, "COUNT(*), COUNT(x)"));
         ResolvedAggregate resolved{.result = DataType::BigInt().NotNull(),
                                    .arg_types = {},
                                    .make = [] { return std::make_unique<CountAccumulators>(); }};
         if (!site.args.empty()) resolved.arg_types.push_back(site.args[0].type);
         return resolved;
       }});
}

}  // namespace millrace
