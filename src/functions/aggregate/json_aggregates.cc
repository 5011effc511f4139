// SPDX-License-Identifier: Apache-2.0
// JSON_OBJECTAGG and JSON_ARRAYAGG. The values come as JSON texts, for which the binder calls
// JSON_STRING. An object has its names in the order of their UTF-16 units, an array its values in
// order of arrival. A retraction takes out the name, or the oldest equal value.
#include <algorithm>
#include <map>

#include "functions/aggregate/resolve.h"
#include "functions/aggregate/slot_states.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"
#include "functions/json/json_node.h"

namespace millrace {
namespace {

using Text = std::string_view;
using JsonText = std::optional<std::string>;  // none: NULL

void PutJson(const JsonText& json, std::string* out) {
  PutValue(json.has_value(), out);
  if (json.has_value()) PutValue(*json, out);
}

bool GetJson(std::string_view* bytes, JsonText* json) {
  bool present = false;
  if (!GetValue(bytes, &present)) return false;
  json->reset();
  return !present || GetValue(bytes, &json->emplace());
}

struct Utf16Less {
  using is_transparent = void;
  bool operator()(Text a, Text b) const { return LessUtf16(a, b); }
};

using Members = std::map<std::string, JsonText, Utf16Less>;

class ObjectAccumulators final : public SlotStates<Members> {
 public:
  explicit ObjectAccumulators(bool keep_nulls) : keep_nulls_(keep_nulls) {}

  Status Update(const AggregateInput& input) override {
    const ArgumentColumn<Text> names(input.args[0], DataType::String());
    const ArgumentColumn<Text> values(input.args[1], DataType::String());
    for (size_t i = 0; i < input.rows.size(); ++i) {
      const int32_t row = input.rows[i];
      if (names.IsNull(row)) return UserError("MR0714", "a name in JSON_OBJECTAGG is NULL");
      Members& members = states_[input.slots[i]];
      if (!input.signs.empty() && input.signs[i] < 0) {
        const auto place = members.find(names[row]);
        if (place != members.end()) members.erase(place);
        continue;
      }
      JsonText value;
      if (!values.IsNull(row)) value.emplace(values[row]);
      TRY(Add(&members, names[row], std::move(value)));
    }
    return OkStatus();
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const Members source = StateIn(other, from);
    for (const auto& [name, value] : source) TRY(Add(&states_[into], name, value));
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    std::string text;
    return BuildColumn<Text>(DataType::String(), slots.size(), [&](size_t i) {
      text = "{";
      for (const auto& [name, value] : states_[slots[i]]) {
        if (!value.has_value() && !keep_nulls_) continue;
        if (text.size() > 1) text.push_back(',');
        AppendJsonText(name, &text);
        text += ":" + value.value_or("null");
      }
      text.push_back('}');
      return std::optional<Text>(text);
    });
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    PutValue(static_cast<uint64_t>(states_[slot].size()), out);
    for (const auto& [name, value] : states_[slot]) {
      PutValue(name, out);
      PutJson(value, out);
    }
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    states_[slot].clear();
    uint64_t size = 0;
    bool good = GetValue(bytes, &size);
    for (uint64_t i = 0; good && i < size; ++i) {
      std::string name;
      good = GetValue(bytes, &name) && GetJson(bytes, &states_[slot][name]);
    }
    return good ? OkStatus() : Status(CorruptState("JSON_OBJECTAGG"));
  }

 private:
  static Status Add(Members* members, Text name, JsonText value) {
    if (members->emplace(name, std::move(value)).second) return OkStatus();
    return UserError("MR0714", "JSON_OBJECTAGG has the name '" + std::string(name) + "' twice");
  }

  bool keep_nulls_;
};

class JsonListAccumulators final : public SlotStates<std::vector<JsonText>> {
 public:
  explicit JsonListAccumulators(bool keep_nulls) : keep_nulls_(keep_nulls) {}

  Status Update(const AggregateInput& input) override {
    const ArgumentColumn<Text> values(input.args[0], DataType::String());
    for (size_t i = 0; i < input.rows.size(); ++i) {
      const int32_t row = input.rows[i];
      JsonText value;
      if (!values.IsNull(row)) value.emplace(values[row]);
      if (!value.has_value() && !keep_nulls_) continue;
      std::vector<JsonText>& state = states_[input.slots[i]];
      if (input.signs.empty() || input.signs[i] > 0) {
        state.push_back(std::move(value));
        continue;
      }
      const auto place = std::find(state.begin(), state.end(), value);
      if (place != state.end()) state.erase(place);
    }
    return OkStatus();
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const std::vector<JsonText> source = StateIn(other, from);
    states_[into].insert(states_[into].end(), source.begin(), source.end());
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    std::string text;
    return BuildColumn<Text>(DataType::String(), slots.size(), [&](size_t i) {
      text = "[";
      for (const JsonText& value : states_[slots[i]]) {
        if (text.size() > 1) text.push_back(',');
        text += value.value_or("null");
      }
      text.push_back(']');
      return std::optional<Text>(text);
    });
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    PutValue(static_cast<uint64_t>(states_[slot].size()), out);
    for (const JsonText& value : states_[slot]) PutJson(value, out);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    states_[slot].clear();
    uint64_t size = 0;
    bool good = GetValue(bytes, &size);
    for (uint64_t i = 0; good && i < size; ++i) {
      good = GetJson(bytes, &states_[slot].emplace_back());
    }
    return good ? OkStatus() : Status(CorruptState("JSON_ARRAYAGG"));
  }

 private:
  bool keep_nulls_;
};

constexpr int kJsonLength = 2000;  // Flink declares it, and nobody keeps to it

Result<ResolvedAggregate> ResolveJsonAggregate(const AggregateCallSite& site, bool object,
                                               bool keep_nulls) {
  const Text name = object ? "JSON_OBJECTAGG" : "JSON_ARRAYAGG";
  const Text forms = object ? "JSON_OBJECTAGG([KEY] string VALUE value [NULL | ABSENT ON NULL])"
                            : "JSON_ARRAYAGG(value [NULL | ABSENT ON NULL])";
  const size_t count = object ? 2 : 1;
  TRY(CheckArgumentCount(name, site, count, count, forms));
  for (const Argument& arg : site.args) {
    if (!arg.type.is_character()) return WrongAggregateArguments(name, site, forms);
  }
  ResolvedAggregate resolved{.result = DataType::Varchar(kJsonLength).NotNull(),
                             .arg_types = std::vector<DataType>(count, DataType::String()),
                             .make = {}};
  if (object) {
    resolved.make = [keep_nulls] { return std::make_unique<ObjectAccumulators>(keep_nulls); };
  } else {
    resolved.make = [keep_nulls] { return std::make_unique<JsonListAccumulators>(keep_nulls); };
  }
  return resolved;
}

AggregateFunction JsonAggregate(std::string name, bool object, bool keep_nulls, FunctionDoc doc) {
  return {.name = std::move(name),
          .aliases = {},
          .doc = std::move(doc),
          .order_sensitive = !object,
          .resolve = [object, keep_nulls](const AggregateCallSite& site) {
            return ResolveJsonAggregate(site, object, keep_nulls);
          }};
}

}  // namespace

void RegisterJsonAggregates(AggregateRegistry* registry) {
  registry->Register(JsonAggregate(
      "JSON_OBJECTAGG_NULL_ON_NULL", true, true,
      {.group = "aggregate",
       .signature = "JSON_OBJECTAGG([KEY] name VALUE value [NULL ON NULL])",
       .summary = "A JSON object with a member per row, its names sorted. A name that is NULL or "
                  "comes twice fails.",
       .example = "SELECT JSON_OBJECTAGG(k VALUE v) FROM (VALUES ('b', 1), ('a', 2)) AS t(k, v)",
       .result = "{\"a\":2,\"b\":1}"}));
  registry->Register(JsonAggregate(
      "JSON_OBJECTAGG_ABSENT_ON_NULL", true, false,
      {.group = "aggregate",
       .signature = "JSON_OBJECTAGG([KEY] name VALUE value ABSENT ON NULL)",
       .summary = "A JSON object with a member per row whose value is not NULL, its names sorted.",
       .example = "SELECT JSON_OBJECTAGG(k VALUE NULLIF(v, 1) ABSENT ON NULL) "
                  "FROM (VALUES ('b', 1), ('a', 2)) AS t(k, v)",
       .result = "{\"a\":2}"}));
  registry->Register(JsonAggregate(
      "JSON_ARRAYAGG_ABSENT_ON_NULL", false, false,
      {.group = "aggregate",
       .signature = "JSON_ARRAYAGG(value [ABSENT ON NULL])",
       .summary = "A JSON array of the values that are not NULL, in order of arrival.",
       .example = "SELECT JSON_ARRAYAGG(v) FROM (VALUES ('b'), ('a')) AS t(v)",
       .result = "[\"b\",\"a\"]"}));
  registry->Register(JsonAggregate(
      "JSON_ARRAYAGG_NULL_ON_NULL", false, true,
      {.group = "aggregate",
       .signature = "JSON_ARRAYAGG(value NULL ON NULL)",
       .summary = "A JSON array of the values, in order of arrival.",
       .example = "SELECT JSON_ARRAYAGG(NULLIF(v, 1) NULL ON NULL) FROM (VALUES (1), (2)) AS t(v)",
       .result = "[null,2]"}));
}

}  // namespace millrace
