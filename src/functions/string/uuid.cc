// SPDX-License-Identifier: Apache-2.0
// UUID: a random (version 4) identifier per row. The generator of a call site starts from the
// session's seed and from how many call sites came before, so that no two sites of a run repeat
// each other.
#include <atomic>

#include "env/clock.h"
#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

struct UuidState : KernelState {
  explicit UuidState(uint64_t seed) : random(MakeRandom(seed)) {}
  std::unique_ptr<Random> random;
};

void AppendUuid(Random& random, StringWriter& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  const uint64_t high = (random.Next() & ~0xF000ULL) | 0x4000ULL;
  const uint64_t low = (random.Next() & ~(3ULL << 62)) | (2ULL << 62);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) out.Append('-');
    const uint64_t half = digit < 16 ? high : low;
    out.Append(kDigits[(half >> (60 - 4 * (digit % 16))) & 15]);
  }
}

Result<arrow::Datum> UuidKernel(KernelContext& ctx, const Arguments&, int64_t length) {
  static std::atomic<uint64_t> sites{0};
  auto& state = StateOf<UuidState>(ctx, [&] {
    const uint64_t site = sites.fetch_add(1, std::memory_order_relaxed);
    return std::make_unique<UuidState>((ctx.session.random_seed ^ (site << 40)) *
                                       0xD1342543DE82EF95ULL);
  });
  StringWriter out(&ctx, length);
  for (int64_t i = 0; i < length; ++i) {
    AppendUuid(*state.random, out);
    out.EndRow();
  }
  return arrow::Datum(out.Finish(ctx.result_type.ToArrow()));
}

}  // namespace

void RegisterUuidFunction(FunctionRegistry* registry) {
  registry->Register(MakeSimple(
      {.name = "UUID",
       .parameters = {},
       .min = 0,
       .max = 0,
       .result = Always(DataType::Char(36)),
       .nullable = SimpleFunction::Nullable::kNever,
       .volatility = Volatility::kVolatile,
       .kernel = UuidKernel,
       .doc = {.group = "string",
               .signature = "UUID()",
               .summary = "A random identifier (RFC 4122, version 4), a new one per row.",
               .example = "CHAR_LENGTH(UUID())",
               .result = "36"}}));
}

}  // namespace millrace
