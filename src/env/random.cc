// SPDX-License-Identifier: Apache-2.0
// xoshiro256** seeded by SplitMix64: integer arithmetic only, so a seed gives one sequence
// everywhere.
#include <array>
#include <bit>

#include "env/clock.h"

namespace millrace {
namespace {

uint64_t SplitMix(uint64_t* state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

class Xoshiro final : public Random {
 public:
  explicit Xoshiro(uint64_t seed) {
    for (uint64_t& word : state_) word = SplitMix(&seed);
  }

  uint64_t Next() override {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  std::unique_ptr<Random> Fork() override { return std::make_unique<Xoshiro>(Next()); }

 private:
  std::array<uint64_t, 4> state_{};
};

}  // namespace

std::unique_ptr<Random> MakeRandom(uint64_t seed) { return std::make_unique<Xoshiro>(seed); }

}  // namespace millrace
