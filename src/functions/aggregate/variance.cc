// SPDX-License-Identifier: Apache-2.0
// VAR_POP, VAR_SAMP, STDDEV_POP and STDDEV_SAMP by Welford's method in DOUBLE, as Flink computes
// them, cast to the argument's type: integer in, integer out, DECIMAL(38, max(6, s)) for DECIMAL.
// Unmatched retractions (a negative sum of squares) give NULL.
#include <cmath>
#include <limits>

#include "data/decimal.h"
#include "functions/aggregate/resolve.h"
#include "functions/aggregate/slot_states.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"

namespace millrace {
namespace {

struct Moments {
  int64_t count = 0;
  double mean = 0;
  double squares = 0;  // sum of squared distances from the mean

  void Add(double value) {
    if (++count <= 0) return;
    const double before = value - mean;
    mean += before / static_cast<double>(count);
    squares += before * (value - mean);
  }
  void Retract(double value) {
    if (--count <= 0) {
      if (count == 0) mean = squares = 0;
      return;
    }
    const double after = value - mean;
    mean -= after / static_cast<double>(count);
    squares -= (value - mean) * after;
  }
  void Merge(const Moments& other) {
    if (other.count <= 0 || count == 0) {
      if (count == 0)
        *this = other;
      else
        count += other.count;
      if (count <= 0) mean = squares = 0;
      return;
    }
    const int64_t total = count + other.count;
    const double distance = other.mean - mean;
    const double share = static_cast<double>(other.count) / static_cast<double>(total);
    squares += other.squares + static_cast<double>(count) * share * distance * distance;
    mean += share * distance;
    count = total;
  }
};

struct VarianceKind {
  bool sample;
  bool root;
};

std::optional<double> Compute(const Moments& moments, VarianceKind kind) {
  if (moments.count <= 0 || moments.squares < 0) return std::nullopt;
  if (kind.sample && moments.count == 1) return std::nullopt;
  const double value = moments.squares / static_cast<double>(moments.count - (kind.sample ? 1 : 0));
  return kind.root ? std::pow(value, 0.5) : value;
}

/// Java's casts: to INT and BIGINT saturating (NaN is 0), to the smaller ones through INT by
/// wrapping.
template <typename T>
T NarrowLikeJava(double value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else if constexpr (sizeof(T) < 4) {
    return static_cast<T>(NarrowLikeJava<int32_t>(value));
  } else {
    if (std::isnan(value)) return 0;
    constexpr auto kMin = std::numeric_limits<T>::min();
    if (value >= -static_cast<double>(kMin)) return std::numeric_limits<T>::max();
    if (value <= static_cast<double>(kMin)) return kMin;
    return static_cast<T>(value);
  }
}

template <typename T>
class VarianceAccumulators : public SlotStates<Moments> {
 public:
  VarianceAccumulators(DataType argument, DataType result, VarianceKind kind)
      : argument_(std::move(argument)), result_(std::move(result)), kind_(kind) {}

  Status Update(const AggregateInput& input) override {
    Apply(ArgumentColumn<T>(input.args[0], argument_), input, AllOf(input));
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> UpdateRunning(const AggregateInput& input,
                                                      const RunningResults& wanted) override {
    const ArgumentColumn<T> column(input.args[0], argument_);
    return BuildRunning<T>(
        result_, input, wanted, [&](Positions range) { Apply(column, input, range); },
        [&](uint32_t slot) { return Value(slot); });
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    states_[into].Merge(StateIn(other, from));
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    return BuildColumn<T>(result_, slots.size(), [&](size_t i) { return Value(slots[i]); });
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    PutValues(out, states_[slot].count, states_[slot].mean, states_[slot].squares);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    Moments& state = states_[slot];
    if (!GetValues(bytes, &state.count, &state.mean, &state.squares)) {
      return CorruptState("a variance");
    }
    return OkStatus();
  }

 private:
  void Apply(const ArgumentColumn<T>& column, const AggregateInput& input, Positions range) {
    [[maybe_unused]] const int scale = argument_.scale();
    Moments* states = states_.data();
    ForEachValue(column, input, range, [=](uint32_t slot, T value, int sign, size_t) {
      double number;
      if constexpr (std::is_same_v<T, Int128>) {
        number = DecimalToDouble(value, scale);
      } else {
        number = static_cast<double>(value);
      }
      if (sign > 0)
        states[slot].Add(number);
      else
        states[slot].Retract(number);
    });
  }

  std::optional<T> Value(uint32_t slot) const {
    const std::optional<double> value = Compute(states_[slot], kind_);
    if (!value.has_value()) return std::nullopt;
    if constexpr (std::is_same_v<T, Int128>) {
      return DecimalFromDouble(*value, kMaxDecimalPrecision, result_.scale());
    } else {
      return NarrowLikeJava<T>(*value);
    }
  }

  DataType argument_;
  DataType result_;
  VarianceKind kind_;
};

std::unique_ptr<Accumulators> MakeVariance(const DataType& argument, const DataType& result,
                                           VarianceKind kind) {
  return VisitStorage(argument, [&]<typename T>() -> std::unique_ptr<Accumulators> {
    if constexpr (std::is_same_v<T, Int128> ||
                  (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)) {
      return std::make_unique<VarianceAccumulators<T>>(argument, result, kind);
    } else {
      CHECK(false);
      return nullptr;
    }
  });
}

void Register(AggregateRegistry* registry, std::string name, std::vector<std::string> aliases,
              VarianceKind kind, FunctionDoc doc) {
  doc.group = "aggregate";
  doc.signature = name + "([DISTINCT] number)";
  registry->Register(
      {.name = name,
       .aliases = std::move(aliases),
       .doc = std::move(doc),
       .resolve = [name, kind](const AggregateCallSite& site) -> Result<ResolvedAggregate> {
         const std::string accepted = name + "(number)";
         TRY(CheckArgumentCount(name, site, 1, 1, accepted));
         const DataType argument = site.args[0].type;
         if (!argument.is_numeric()) return WrongAggregateArguments(name, site, accepted);
         DataType result = argument.is_decimal()
                               ? DataType::Decimal(38, std::max(6, argument.scale()))
                               : argument;
         // The sample forms are NULL over one value, whatever the argument is.
         result = kind.sample ? result.Nullable() : NullableLikeArgument(result, site);
         return ResolvedAggregate{
             .result = result, .arg_types = {argument}, .make = [argument, result, kind] {
               return MakeVariance(argument, result, kind);
             }};
       }});
}

}  // namespace

void RegisterVariances(AggregateRegistry* registry) {
  Register(
      registry, "VAR_POP", {}, {.sample = false, .root = false},
      {.summary = "The variance of the whole population, in the argument's type: cast integers "
                  "to DOUBLE for fractions.",
       .example = "SELECT VAR_POP(x) FROM (VALUES (1e0), (2e0)) AS t(x)",
       .result = "0.25"});
  Register(registry, "VAR_SAMP", {"VARIANCE"}, {.sample = true, .root = false},
           {.summary = "The variance of a sample; NULL over fewer than two values.",
            .example = "SELECT VAR_SAMP(x) FROM (VALUES (1e0), (2e0)) AS t(x)",
            .result = "0.5"});
  Register(registry, "STDDEV_POP", {}, {.sample = false, .root = true},
           {.summary = "The standard deviation of the whole population, in the argument's type.",
            .example = "SELECT STDDEV_POP(x) FROM (VALUES (1e0), (2e0)) AS t(x)",
            .result = "0.5"});
  Register(registry, "STDDEV_SAMP", {"STDDEV"}, {.sample = true, .root = true},
           {.summary = "The standard deviation of a sample; NULL over fewer than two values.",
            .example = "SELECT STDDEV_SAMP(x) FROM (VALUES (1e0), (3e0)) AS t(x)",
            .result = "1.4142135623730951"});
}

}  // namespace millrace
