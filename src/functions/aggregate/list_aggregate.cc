// SPDX-License-Identifier: Apache-2.0
// LISTAGG: text values joined in order of arrival, NULLs left out. With retraction a slot keeps the
// single values, and a retraction takes out the oldest equal one. The result is STRING; Flink
// declares the argument's CHAR(n) or VARCHAR(n), which the value then does not fit.
#include <algorithm>

#include "functions/aggregate/resolve.h"
#include "functions/aggregate/slot_states.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"

namespace millrace {
namespace {

using Text = std::string_view;

struct Joined {
  std::string text;
  bool present = false;

  void Append(Text value, Text separator) {
    if (present) text.append(separator);
    text.append(value);
    present = true;
  }
};

class JoinAccumulators : public SlotStates<Joined> {
 public:
  explicit JoinAccumulators(std::string separator) : separator_(std::move(separator)) {}

  Status Update(const AggregateInput& input) override {
    const ArgumentColumn<Text> column(input.args[0], DataType::String());
    ForEachValue(column, input, AllOf(input), [this](uint32_t slot, Text value, int, size_t) {
      states_[slot].Append(value, separator_);
    });
    return OkStatus();
  }
  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const Joined source = StateIn(other, from);
    if (source.present) states_[into].Append(source.text, separator_);
    return OkStatus();
  }
  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    return BuildColumn<Text>(DataType::String(), slots.size(), [&](size_t i) {
      const Joined& state = states_[slots[i]];
      return state.present ? std::optional<Text>(state.text) : std::nullopt;
    });
  }
  void Serialize(uint32_t slot, std::string* out) const override {
    PutValues(out, states_[slot].present, states_[slot].text);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    if (!GetValues(bytes, &states_[slot].present, &states_[slot].text)) {
      return CorruptState("LISTAGG");
    }
    return OkStatus();
  }

 private:
  std::string separator_;
};

class RetractableJoin : public SlotStates<std::vector<std::string>> {
 public:
  explicit RetractableJoin(std::string separator) : separator_(std::move(separator)) {}

  Status Update(const AggregateInput& input) override {
    const ArgumentColumn<Text> column(input.args[0], DataType::String());
    ForEachValue(column, input, AllOf(input), [this](uint32_t slot, Text value, int sign, size_t) {
      std::vector<std::string>& state = states_[slot];
      if (sign > 0) {
        state.emplace_back(value);
        return;
      }
      const auto place = std::find(state.begin(), state.end(), value);
      if (place != state.end()) state.erase(place);
    });
    return OkStatus();
  }
  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const std::vector<std::string> source = StateIn(other, from);
    states_[into].insert(states_[into].end(), source.begin(), source.end());
    return OkStatus();
  }
  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    Joined joined;
    return BuildColumn<Text>(DataType::String(), slots.size(), [&](size_t i) {
      joined = Joined();
      for (const std::string& value : states_[slots[i]]) joined.Append(value, separator_);
      return joined.present ? std::optional<Text>(joined.text) : std::nullopt;
    });
  }
  void Serialize(uint32_t slot, std::string* out) const override {
    PutValue(static_cast<uint64_t>(states_[slot].size()), out);
    for (const std::string& value : states_[slot]) PutValue(value, out);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    uint64_t size = 0;
    if (!GetValue(bytes, &size)) return CorruptState("LISTAGG");
    states_[slot].clear();
    for (uint64_t i = 0; i < size; ++i) {
      if (!GetValue(bytes, &states_[slot].emplace_back())) return CorruptState("LISTAGG");
    }
    return OkStatus();
  }

 private:
  std::string separator_;
};

constexpr std::string_view kAccepted = "LISTAGG(string), LISTAGG(string, 'separator')";

Result<ResolvedAggregate> Resolve(const AggregateCallSite& site) {
  TRY(CheckArgumentCount("LISTAGG", site, 1, 2, kAccepted));
  if (!site.args[0].type.is_character()) {
    return WrongAggregateArguments("LISTAGG", site, kAccepted);
  }
  std::string separator = ",";
  if (site.args.size() == 2) {
    const std::shared_ptr<arrow::Scalar>& literal = site.args[1].literal;
    if (!site.args[1].type.is_character() || literal == nullptr || !literal->is_valid) {
      return UserError("MR0301", "the separator of LISTAGG must be a string literal",
                       "accepted: " + std::string(kAccepted));
    }
    separator = static_cast<const arrow::BaseBinaryScalar&>(*literal).view();
  }
  ResolvedAggregate resolved{
      .result = NullableLikeArgument(DataType::String(), site), .arg_types = {}, .make = {}};
  for (const Argument& arg : site.args) resolved.arg_types.push_back(arg.type);
  if (site.needs_retraction) {
    resolved.make = [separator] { return std::make_unique<RetractableJoin>(separator); };
  } else {
    resolved.make = [separator] { return std::make_unique<JoinAccumulators>(separator); };
  }
  return resolved;
}

}  // namespace

void RegisterListAggregate(AggregateRegistry* registry) {
  registry->Register(
      {.name = "LISTAGG",
       .aliases = {},
       .doc = {.group = "aggregate",
               .signature = "LISTAGG([DISTINCT] string [, 'separator'])",
               .summary = "The strings joined in order of arrival, with a comma or the separator "
                          "between them. NULLs are left out; NULL over no values.",
               .example = "SELECT LISTAGG(x, '-') FROM (VALUES ('a'), ('b')) AS t(x)",
               .result = "a-b"},
       .order_sensitive = true,
       .resolve = Resolve});
}

}  // namespace millrace
