// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/trees/tree_kernel.h"

#include <bit>
#include <cstring>

namespace millrace {
namespace {

/// Leaf sets of up to 32 leaves, eight rows to a vector: as wide as the floats they come from.
using Floats = float __attribute__((vector_size(32), may_alias));
using Sets = uint32_t __attribute__((vector_size(32)));
constexpr int64_t kLanes = 8;
constexpr int64_t kVectors = kTreeBlockRows / kLanes;

[[gnu::always_inline]] inline void SumNarrow(const TreeBlock& block) {
  for (int64_t row = 0; row < kTreeBlockRows; ++row) block.sums[row] = 0;
  size_t next = 0;
  for (const TreeEnsemble::Tree& tree : block.trees) {
    Sets left0 = ~Sets{};
    Sets left1 = left0;
    Sets left2 = left0;
    Sets left3 = left0;
    static_assert(kVectors == 4);
    for (; next < tree.test_end; ++next) {
      const TreeEnsemble::Test& test = block.tests[next];
      const auto* values =
          reinterpret_cast<const Floats*>(block.columns + int64_t{test.column} * kTreeBlockRows);
      const Floats limit = Floats{} + test.threshold;
      const Sets kept = Sets{} + static_cast<uint32_t>(test.kept);
      if (test.nan_is_true) {
        left0 &= kept | ~reinterpret_cast<Sets>(values[0] > limit);
        left1 &= kept | ~reinterpret_cast<Sets>(values[1] > limit);
        left2 &= kept | ~reinterpret_cast<Sets>(values[2] > limit);
        left3 &= kept | ~reinterpret_cast<Sets>(values[3] > limit);
      } else {
        left0 &= kept | reinterpret_cast<Sets>(values[0] <= limit);
        left1 &= kept | reinterpret_cast<Sets>(values[1] <= limit);
        left2 &= kept | reinterpret_cast<Sets>(values[2] <= limit);
        left3 &= kept | reinterpret_cast<Sets>(values[3] <= limit);
      }
    }
    uint32_t left[kTreeBlockRows];
    std::memcpy(left, &left0, sizeof left0);
    std::memcpy(left + kLanes, &left1, sizeof left1);
    std::memcpy(left + 2 * kLanes, &left2, sizeof left2);
    std::memcpy(left + 3 * kLanes, &left3, sizeof left3);
    const float* leaves = block.leaves + tree.first_leaf;
    for (int64_t row = 0; row < kTreeBlockRows; ++row) {
      block.sums[row] += leaves[std::countr_zero(left[row])];
    }
  }
}

[[gnu::always_inline]] inline void SumWide(const TreeBlock& block) {
  for (int64_t row = 0; row < kTreeBlockRows; ++row) block.sums[row] = 0;
  size_t next = 0;
  for (const TreeEnsemble::Tree& tree : block.trees) {
    alignas(64) uint64_t left[kTreeBlockRows];
    for (uint64_t& set : left) set = ~uint64_t{0};
    for (; next < tree.test_end; ++next) {
      const TreeEnsemble::Test& test = block.tests[next];
      const float* values = block.columns + int64_t{test.column} * kTreeBlockRows;
      const float limit = test.threshold;
      const uint64_t kept = test.kept;
      if (test.nan_is_true) {
        for (int64_t row = 0; row < kTreeBlockRows; ++row) {
          left[row] &= values[row] > limit ? kept : ~uint64_t{0};
        }
      } else {
        for (int64_t row = 0; row < kTreeBlockRows; ++row) {
          left[row] &= values[row] <= limit ? ~uint64_t{0} : kept;
        }
      }
    }
    const float* leaves = block.leaves + tree.first_leaf;
    for (int64_t row = 0; row < kTreeBlockRows; ++row) {
      block.sums[row] += leaves[std::countr_zero(left[row])];
    }
  }
}

void SumPlain(const TreeBlock& block, bool narrow) {
  return narrow ? SumNarrow(block) : SumWide(block);
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi"))) void SumAvx2(const TreeBlock& block, bool narrow) {
  return narrow ? SumNarrow(block) : SumWide(block);
}
#endif

using Kernel = void (*)(const TreeBlock&, bool);

Kernel PickKernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0) return SumAvx2;
#endif
  return SumPlain;
}

}  // namespace

void SumTrees(const TreeBlock& block, bool narrow) {
  static const Kernel kernel = PickKernel();
  kernel(block, narrow);
}

}  // namespace millrace
