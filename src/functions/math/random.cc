// SPDX-License-Identifier: Apache-2.0
// RAND and RAND_INTEGER. The generator is java.util.Random's, so that with a seed the numbers are
// Flink's; without one the seed comes from the session and the call site, never from the system.
#include <atomic>

#include "functions/kernel_support.h"
#include "functions/math/register.h"

namespace millrace {
namespace {

class JavaRandom {
 public:
  explicit JavaRandom(uint64_t seed) : state_((seed ^ kMultiplier) & kMask) {}

  double NextDouble() {
    const auto high = static_cast<int64_t>(Next(26)) << 27;
    return static_cast<double>(high + Next(27)) * 0x1.0p-53;
  }

  /// 0 .. bound - 1. REQUIRES: bound > 0.
  int32_t NextInt(int32_t bound) {
    int32_t bits = Next(31);
    const int32_t mask = bound - 1;
    if ((bound & mask) == 0) {
      return static_cast<int32_t>((static_cast<int64_t>(bound) * bits) >> 31);
    }
    int32_t value = bits % bound;
    // Java detects the last, incomplete range by overflow.
    while (static_cast<int64_t>(bits) - value + mask > INT32_MAX) {
      bits = Next(31);
      value = bits % bound;
    }
    return value;
  }

 private:
  static constexpr uint64_t kMultiplier = 0x5DEECE66DULL;
  static constexpr uint64_t kMask = (1ULL << 48) - 1;

  int32_t Next(int bits) {
    state_ = (state_ * kMultiplier + 0xBULL) & kMask;
    return static_cast<int32_t>(static_cast<int64_t>(state_) >> (48 - bits));
  }

  uint64_t state_;
};

struct RandomState : KernelState {
  explicit RandomState(uint64_t seed) : random(seed) {}
  JavaRandom random;
};

/// The generator of a call: seeded by the first row's seed argument, or by session and call site.
JavaRandom& GeneratorOf(KernelContext& ctx, const ColumnReader<int32_t>* seed, uint64_t site) {
  return StateOf<RandomState>(
             ctx,
             [&] {
               const uint64_t from_session = ctx.session.random_seed + site * 0x9E3779B97F4A7C15ULL;
               const bool given = seed != nullptr && !seed->IsNull(0);
               return std::make_unique<RandomState>(
                   given ? static_cast<uint64_t>(static_cast<int64_t>((*seed)[0])) : from_session);
             })
      .random;
}

/// Fills `length` rows, always an array: every row has its own number.
template <typename Out, typename Next>
Result<arrow::Datum> FillRandom(KernelContext& ctx, int64_t length, Next&& next) {
  FixedWriter<Out> out(&ctx, length);
  for (int64_t i = 0; i < length; ++i) {
    next(out, i);
    out.EndRow();
  }
  return arrow::Datum(out.Finish(ctx.result_type.ToArrow()));
}

/// Numbers call sites in the order they are bound, so that two RAND() in one query differ.
uint64_t NextCallSite() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

Result<std::vector<DataType>> IntegerArguments(const std::string& name, const CallSite& site,
                                               const std::string& accepted) {
  std::vector<DataType> types;
  for (const Argument& arg : site.args) {
    if (!arg.type.is_integer()) return NoSignature(name, site, accepted);
    types.push_back(DataType::Int().Nullable(arg.type.nullable()));
  }
  return types;
}

Result<ResolvedCall> ResolveRand(const CallSite& site) {
  const std::string accepted = "RAND([seed])";
  if (site.args.size() > 1) return WrongArgumentCount("RAND", site, accepted);
  TRY_ASSIGN(auto types, IntegerArguments("RAND", site, accepted));
  ScalarKernel kernel = [number = NextCallSite()](KernelContext& ctx, const Arguments& args,
                                                  int64_t length) -> Result<arrow::Datum> {
    std::optional<ColumnReader<int32_t>> seed;
    if (!args.empty()) seed.emplace(args[0]);
    if (seed && seed->all_null()) {
      return FillRandom<double>(ctx, length, [](auto& out, int64_t) { out.Null(); });
    }
    JavaRandom& random = GeneratorOf(ctx, seed ? &*seed : nullptr, number);
    return FillRandom<double>(ctx, length, [&](auto& out, int64_t i) {
      seed && seed->IsNull(i) ? out.Null() : out.Set(random.NextDouble());
    });
  };
  return ResolvedCall{DataType::Double().Nullable(AnyNullable(site)), std::move(types),
                      std::move(kernel)};
}

Result<ResolvedCall> ResolveRandInteger(const CallSite& site) {
  const std::string accepted = "RAND_INTEGER([seed,] bound)";
  if (site.args.empty() || site.args.size() > 2) {
    return WrongArgumentCount("RAND_INTEGER", site, accepted);
  }
  TRY_ASSIGN(auto types, IntegerArguments("RAND_INTEGER", site, accepted));
  ScalarKernel kernel = [number = NextCallSite()](KernelContext& ctx, const Arguments& args,
                                                  int64_t length) -> Result<arrow::Datum> {
    std::optional<ColumnReader<int32_t>> seed;
    if (args.size() == 2) seed.emplace(args[0]);
    const ColumnReader<int32_t> bound(args.back());
    if (length == 0) return FillRandom<int32_t>(ctx, 0, [](auto&, int64_t) {});
    JavaRandom& random = GeneratorOf(ctx, seed ? &*seed : nullptr, number);
    return FillRandom<int32_t>(ctx, length, [&](auto& out, int64_t i) {
      if (bound.IsNull(i) || (seed && seed->IsNull(i))) return out.Null();
      if (bound[i] <= 0)
        return out.Fail(kInvalidArgument, "RAND_INTEGER: the bound must be positive");
      out.Set(random.NextInt(bound[i]));
    });
  };
  return ResolvedCall{DataType::Int().Nullable(AnyNullable(site)), std::move(types),
                      std::move(kernel)};
}

}  // namespace

void RegisterRandom(FunctionRegistry* registry) {
  ScalarFunction rand;
  rand.name = "RAND";
  rand.volatility = Volatility::kVolatile;
  rand.doc = {"math", "RAND([seed])",
              "A number from 0.0 up to, not including, 1.0; with a seed a fixed sequence.",
              "RAND(5) < 1", "true"};
  rand.resolve = ResolveRand;
  registry->Register(std::move(rand));

  ScalarFunction rand_integer;
  rand_integer.name = "RAND_INTEGER";
  rand_integer.volatility = Volatility::kVolatile;
  rand_integer.can_fail = true;
  rand_integer.doc = {"math", "RAND_INTEGER([seed,] bound)",
                      "An integer from 0 up to, not including, the bound.", "RAND_INTEGER(1)", "0"};
  rand_integer.resolve = ResolveRandInteger;
  registry->Register(std::move(rand_integer));
}

}  // namespace millrace
