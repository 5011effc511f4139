// SPDX-License-Identifier: Apache-2.0
// BITMAP_BUILD_AGG and the unions, intersections and symmetric differences of BITMAPs, each also as
// its cardinality. NULLs are left out; without another value the result is NULL. With retraction a
// slot counts how many inputs have each value.
#include <map>

#include "data/bitmap/bitmap.h"
#include "functions/aggregate/resolve.h"
#include "functions/aggregate/slot_states.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"
#include "functions/bitmap/register.h"

namespace millrace {
namespace {

using Bytes = std::string_view;

enum class BitmapFold { kBuild, kOr, kAnd, kXor };

struct BitmapForm {
  BitmapFold fold;
  bool cardinality;
};

/// The inputs as bitmaps: for BITMAP_BUILD_AGG of one value each.
template <typename F>
void ForEachBitmap(const AggregateInput& input, BitmapFold fold, F&& apply) {
  if (fold == BitmapFold::kBuild) {
    const ArgumentColumn<int32_t> column(input.args[0], DataType::Int());
    ForEachValue(column, input, AllOf(input), [&](uint32_t slot, int32_t value, int sign, size_t) {
      Bitmap one;
      one.Add(static_cast<uint32_t>(value));
      apply(slot, one, sign);
    });
    return;
  }
  const ArgumentColumn<Bytes> column(input.args[0], DataType::Of(TypeKind::kBitmap));
  ForEachValue(column, input, AllOf(input), [&](uint32_t slot, Bytes bytes, int sign, size_t) {
    apply(slot, Bitmap::FromBytes(bytes), sign);
  });
}

template <typename State>
class BitmapAccumulators : public SlotStates<State> {
 public:
  explicit BitmapAccumulators(BitmapForm form) : form_(form) {}

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    if (form_.cardinality) {
      return BuildColumn<int64_t>(DataType::BigInt(), slots.size(),
                                  [&](size_t i) -> std::optional<int64_t> {
                                    const State& state = this->states_[slots[i]];
                                    if (state.inputs <= 0) return std::nullopt;
                                    return static_cast<int64_t>(state.Value(form_.fold).size());
                                  });
    }
    std::string bytes;
    return BuildColumn<Bytes>(DataType::Of(TypeKind::kBitmap), slots.size(),
                              [&](size_t i) -> std::optional<Bytes> {
                                const State& state = this->states_[slots[i]];
                                if (state.inputs <= 0) return std::nullopt;
                                bytes.clear();
                                state.Value(form_.fold).AppendBytes(&bytes);
                                return Bytes(bytes);
                              });
  }

 protected:
  BitmapForm form_;
};

/// Also of a symmetric difference with retraction, which takes a bitmap out as it puts one in.
struct FoldedBitmap {
  int64_t inputs = 0;
  Bitmap bitmap;

  const Bitmap& Value(BitmapFold) const { return bitmap; }
  void Fold(BitmapFold fold, const Bitmap& other, int64_t change) {
    if (fold == BitmapFold::kAnd) {
      if (inputs == 0) bitmap = other;
      bitmap.KeepCommon(other);
    } else if (fold == BitmapFold::kXor) {
      bitmap.Flip(other);
    } else {
      bitmap.AddAll(other);
    }
    inputs += change;
  }
};

class FoldingAccumulators final : public BitmapAccumulators<FoldedBitmap> {
 public:
  using BitmapAccumulators::BitmapAccumulators;

  Status Update(const AggregateInput& input) override {
    if (form_.fold == BitmapFold::kBuild) {
      const ArgumentColumn<int32_t> column(input.args[0], DataType::Int());
      ForEachValue(column, input, AllOf(input),
                   [this](uint32_t slot, int32_t value, int sign, size_t) {
                     states_[slot].bitmap.Add(static_cast<uint32_t>(value));
                     states_[slot].inputs += sign;
                   });
      return OkStatus();
    }
    ForEachBitmap(input, form_.fold, [this](uint32_t slot, const Bitmap& bitmap, int sign) {
      states_[slot].Fold(form_.fold, bitmap, sign);
    });
    return OkStatus();
  }
  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const FoldedBitmap source = StateIn(other, from);
    if (source.inputs != 0) states_[into].Fold(form_.fold, source.bitmap, source.inputs);
    return OkStatus();
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    std::string bytes;
    states_[slot].bitmap.AppendBytes(&bytes);
    PutValues(out, states_[slot].inputs, bytes);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    std::string text;
    if (!GetValues(bytes, &states_[slot].inputs, &text)) return CorruptState("a bitmap");
    auto bitmap = Bitmap::Parse(text);
    if (!bitmap) return CorruptState("a bitmap");
    states_[slot].bitmap = *std::move(bitmap);
    return OkStatus();
  }
};

struct CountedBitmap {
  int64_t inputs = 0;
  std::map<uint32_t, int64_t> counts;

  /// BITMAP_AND_AGG has what is in all inputs, the others what is in any.
  Bitmap Value(BitmapFold fold) const {
    Bitmap bitmap;
    for (const auto& [value, count] : counts) {
      if (fold == BitmapFold::kAnd ? count == inputs : count > 0) bitmap.Add(value);
    }
    return bitmap;
  }
  void Add(uint32_t value, int64_t change) {
    const auto [place, fresh] = counts.try_emplace(value, 0);
    if ((place->second += change) == 0) counts.erase(place);
  }
};

class CountingAccumulators final : public BitmapAccumulators<CountedBitmap> {
 public:
  using BitmapAccumulators::BitmapAccumulators;

  Status Update(const AggregateInput& input) override {
    ForEachBitmap(input, form_.fold, [this](uint32_t slot, const Bitmap& bitmap, int sign) {
      CountedBitmap& state = states_[slot];
      state.inputs += sign;
      bitmap.ForEach([&](uint32_t value) { state.Add(value, sign); });
    });
    return OkStatus();
  }
  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const CountedBitmap source = StateIn(other, from);
    states_[into].inputs += source.inputs;
    for (const auto& [value, count] : source.counts) states_[into].Add(value, count);
    return OkStatus();
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    const CountedBitmap& state = states_[slot];
    PutValues(out, state.inputs, static_cast<uint64_t>(state.counts.size()));
    for (const auto& [value, count] : state.counts) PutValues(out, value, count);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    CountedBitmap state;
    uint64_t size = 0;
    bool good = GetValues(bytes, &state.inputs, &size);
    for (uint64_t i = 0; good && i < size; ++i) {
      uint32_t value = 0;
      good = GetValue(bytes, &value) && GetValue(bytes, &state.counts[value]);
    }
    if (!good) return CorruptState("a bitmap");
    states_[slot] = std::move(state);
    return OkStatus();
  }
};

struct BitmapAggregate {
  const char* stem;
  BitmapFold fold;
  const char* what;
  const char* input;  // of the example
  const char* result;
  const char* cardinality;
};

void RegisterForm(AggregateRegistry* registry, const BitmapAggregate& spec, bool cardinality) {
  const bool builds = spec.fold == BitmapFold::kBuild;
  const std::string name = std::string(spec.stem) + (cardinality ? "_CARDINALITY_AGG" : "_AGG");
  const std::string signature = name + (builds ? "(integer)" : "(bitmap)");
  AggregateFunction function;
  function.name = name;
  function.doc = {.group = "aggregate",
                  .signature = signature,
                  .summary = std::string(cardinality ? "How many values the BITMAP has of "
                                                     : "The BITMAP of ") +
                             spec.what + "; NULL over no values.",
                  .example = "SELECT " + name + spec.input,
                  .result = cardinality ? spec.cardinality : spec.result};
  function.distinct_is_plain = spec.fold != BitmapFold::kXor;
  function.resolve =
      [=, fold = spec.fold](const AggregateCallSite& site) -> Result<ResolvedAggregate> {
    TRY(CheckArgumentCount(name, site, 1, 1, signature));
    const TypeKind kind = site.args[0].type.kind();
    if (kind != (builds ? TypeKind::kInt : TypeKind::kBitmap)) {
      return WrongAggregateArguments(name, site, signature);
    }
    ResolvedAggregate resolved;
    resolved.result = cardinality ? DataType::BigInt() : DataType::Of(TypeKind::kBitmap);
    resolved.arg_types = {site.args[0].type};
    const BitmapForm form{fold, cardinality};
    if (site.needs_retraction && fold != BitmapFold::kXor) {
      resolved.make = [form] { return std::make_unique<CountingAccumulators>(form); };
    } else {
      resolved.make = [form] { return std::make_unique<FoldingAccumulators>(form); };
    }
    return resolved;
  };
  registry->Register(std::move(function));
}

}  // namespace

void RegisterBitmapAggregates(AggregateRegistry* registry) {
  constexpr const char* kSets =
      "(BITMAP_BUILD(x)) FROM (VALUES (ARRAY[1, 2]), (ARRAY[2, 3])) AS t(x)";
  const BitmapAggregate aggregates[] = {
      {"BITMAP_AND", BitmapFold::kAnd, "what is in all bitmaps", kSets, "{2}", "1"},
      {"BITMAP_BUILD", BitmapFold::kBuild, "the integers",
       "(x) FROM (VALUES (5), (1), (5)) AS t(x)", "{1,5}", "2"},
      {"BITMAP_OR", BitmapFold::kOr, "what is in any bitmap", kSets, "{1,2,3}", "3"},
      {"BITMAP_XOR", BitmapFold::kXor, "what is in an odd number of the bitmaps", kSets, "{1,3}",
       "2"}};
  for (const BitmapAggregate& aggregate : aggregates) {
    RegisterForm(registry, aggregate, false);
    RegisterForm(registry, aggregate, true);
  }
}

}  // namespace millrace
