// SPDX-License-Identifier: Apache-2.0
// SUM, $SUM0 and AVG. Integers wrap, as in Flink: SUM in the argument's type, AVG in BIGINT, whose
// mean is cut towards zero. DECIMAL sums have 38 digits; one that needs more is NULL (and SUM
// begins anew with the next value, as Flink's does). AVG divides an exact sum and rounds half away
// from zero. The loops over (rows, slots) are this file's reason to exist: no branch per row but
// the NULL test, no call.
#include "data/decimal.h"
#include "functions/aggregate/resolve.h"
#include "functions/aggregate/slot_states.h"
#include "functions/aggregate/state_bytes.h"
#include "functions/aggregate/stored_value.h"

namespace millrace {
namespace {

enum class SumKind { kSum, kSumOrZero, kAverage };

/// Takes the place of a DECIMAL sum that left the range of 38 digits.
const Int128 kOverflowed = static_cast<Int128>(static_cast<UInt128>(1) << 127);
const Int128 kMaxDecimal = PowerOfTen(kMaxDecimalPrecision) - 1;

/// An overflow of AVG stays; SUM begins anew with the next value.
template <bool kSticky, typename S>
inline void AddSigned(S& sum, S value, int sign) {
  if constexpr (std::is_same_v<S, Int128>) {
    if (sum == kOverflowed || value == kOverflowed) [[unlikely]] {
      if (kSticky) {
        sum = kOverflowed;
      } else if (value != kOverflowed) {
        sum = sign > 0 ? value : -value;
      }
      return;
    }
    Int128 next;
    if (__builtin_add_overflow(sum, sign > 0 ? value : -value, &next) || next > kMaxDecimal ||
        next < -kMaxDecimal) [[unlikely]] {
      next = kOverflowed;
    }
    sum = next;
  } else if constexpr (std::is_integral_v<S>) {
    using U = std::make_unsigned_t<S>;
    sum = static_cast<S>(sign > 0 ? static_cast<U>(sum) + static_cast<U>(value)
                                  : static_cast<U>(sum) - static_cast<U>(value));
  } else {
    sum = sign > 0 ? sum + value : sum - value;
  }
}

/// The mean of an exact decimal sum, with `digits` more digits than the sum has; disengaged when it
/// does not fit.
std::optional<Int128> DecimalMean(Int128 sum, int64_t count, int digits) {
  if (sum == kOverflowed) return std::nullopt;
  const Int128 factor = PowerOfTen(digits);
  const bool negative = (sum < 0) != (count < 0);
  const Int128 magnitude = sum < 0 ? -sum : sum;
  const Int128 divisor = count < 0 ? -static_cast<Int128>(count) : static_cast<Int128>(count);
  const Int128 whole = magnitude / divisor;
  if (whole > kMaxDecimal / factor) return std::nullopt;
  const Int128 scaled_rest = magnitude % divisor * factor;
  Int128 mean = whole * factor + scaled_rest / divisor;
  if (2 * (scaled_rest % divisor) >= divisor) ++mean;
  if (mean > kMaxDecimal) return std::nullopt;
  return negative ? -mean : mean;
}

template <typename S>
struct SumState {
  S sum{};
  int64_t count = 0;
};

/// T is the argument's storage, S the sum's.
template <typename T, typename S, SumKind kKind>
class SumAccumulators : public SlotStates<SumState<S>> {
 public:
  SumAccumulators(DataType argument, DataType result)
      : argument_(std::move(argument)), result_(std::move(result)) {}

  Status Update(const AggregateInput& input) override {
    Apply(ArgumentColumn<T>(input.args[0], argument_), input, AllOf(input));
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> UpdateRunning(const AggregateInput& input,
                                                      const RunningResults& wanted) override {
    const ArgumentColumn<T> column(input.args[0], argument_);
    const int digits = result_.scale() - argument_.scale();
    return BuildRunning<T>(
        result_, input, wanted, [&](Positions range) { Apply(column, input, range); },
        [&](uint32_t slot) { return Value(this->states_[slot], digits); });
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const SumState<S>& source = this->StateIn(other, from);
    SumState<S>& target = this->states_[into];
    AddSigned<kKind == SumKind::kAverage>(target.sum, source.sum, 1);
    target.count += source.count;
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    const int digits = result_.scale() - argument_.scale();
    return BuildColumn<T>(result_, slots.size(),
                          [&](size_t i) { return Value(this->states_[slots[i]], digits); });
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    PutValues(out, this->states_[slot].count, this->states_[slot].sum);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    SumState<S>& state = this->states_[slot];
    if (!GetValues(bytes, &state.count, &state.sum)) return CorruptState("SUM or AVG");
    return OkStatus();
  }

 private:
  void Apply(const ArgumentColumn<T>& column, const AggregateInput& input, Positions range) {
    SumState<S>* states = this->states_.data();
    ForEachValue(column, input, range, [states](uint32_t slot, T value, int sign, size_t) {
      SumState<S>& state = states[slot];
      AddSigned<kKind == SumKind::kAverage>(state.sum, static_cast<S>(value), sign);
      state.count += sign;
    });
  }

  static std::optional<T> Value(const SumState<S>& state, [[maybe_unused]] int digits) {
    if (state.count == 0) {
      if constexpr (kKind == SumKind::kSumOrZero) return T{};
      return std::nullopt;
    }
    if constexpr (kKind != SumKind::kAverage) {
      if constexpr (std::is_same_v<S, Int128>) {
        if (state.sum == kOverflowed) return std::nullopt;
      }
      return state.sum;
    } else if constexpr (std::is_same_v<S, Int128>) {
      return DecimalMean(state.sum, state.count, digits);
    } else if constexpr (std::is_integral_v<S>) {
      if (state.count == -1) return static_cast<T>(0 - static_cast<uint64_t>(state.sum));
      return static_cast<T>(state.sum / state.count);
    } else {
      return static_cast<T>(state.sum / static_cast<S>(state.count));
    }
  }

  DataType argument_;
  DataType result_;
};

template <SumKind kKind>
std::unique_ptr<Accumulators> MakeSum(const DataType& argument, const DataType& result) {
  return VisitStorage(argument, [&]<typename T>() -> std::unique_ptr<Accumulators> {
    if constexpr (std::is_same_v<T, Int128>) {
      return std::make_unique<SumAccumulators<T, Int128, kKind>>(argument, result);
    } else if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      using Wide = std::conditional_t<std::is_integral_v<T>, int64_t, double>;
      using S = std::conditional_t<kKind == SumKind::kAverage, Wide, T>;
      return std::make_unique<SumAccumulators<T, S, kKind>>(argument, result);
    } else {
      CHECK(false);
      return nullptr;
    }
  });
}

template <SumKind kKind>
auto ResolveSum(std::string name) {
  return [name](const AggregateCallSite& site) -> Result<ResolvedAggregate> {
    const std::string accepted = name + "(number)";
    TRY(CheckArgumentCount(name, site, 1, 1, accepted));
    const DataType argument = site.args[0].type;
    if (!argument.is_numeric()) return WrongAggregateArguments(name, site, accepted);
    DataType result = argument;
    if (argument.is_decimal()) {
      const int scale =
          kKind == SumKind::kAverage ? std::max(6, argument.scale()) : argument.scale();
      result = DataType::Decimal(38, scale);
    }
    result = kKind == SumKind::kSumOrZero && !argument.is_decimal()
                 ? result.NotNull()
                 : NullableLikeArgument(result, site);
    return ResolvedAggregate{.result = result, .arg_types = {argument}, .make = [argument, result] {
                               return MakeSum<kKind>(argument, result);
                             }};
  };
}

}  // namespace

void RegisterSums(AggregateRegistry* registry) {
  registry->Register(
      {.name = "SUM",
       .aliases = {},
       .doc = {.group = "aggregate",
               .signature = "SUM([DISTINCT] number)",
               .summary =
                   "The sum, in the argument's type: an INT sum wraps, cast to BIGINT where it "
                   "may be large. A DECIMAL sum is DECIMAL(38, s). NULL over no values.",
               .example = "SELECT SUM(x) FROM (VALUES (1), (2)) AS t(x)",
               .result = "3"},
       .resolve = ResolveSum<SumKind::kSum>("SUM")});
  registry->Register({.name = "$SUM0",
                      .aliases = {},
                      .doc = {.group = "aggregate",
                              .signature = "$SUM0(number)",
                              .summary = "As SUM, but 0 over no values.",
                              .example = "",
                              .result = ""},
                      .resolve = ResolveSum<SumKind::kSumOrZero>("$SUM0")});
  registry->Register(
      {.name = "AVG",
       .aliases = {},
       .doc = {.group = "aggregate",
               .signature = "AVG([DISTINCT] number)",
               .summary =
                   "The mean, in the argument's type: the mean of INT is an INT, cut towards "
                   "zero. That of DECIMAL(p, s) is DECIMAL(38, max(6, s)).",
               .example = "SELECT AVG(x) FROM (VALUES (1), (4)) AS t(x)",
               .result = "2"},
       .resolve = ResolveSum<SumKind::kAverage>("AVG")});
}

}  // namespace millrace
