// SPDX-License-Identifier: Apache-2.0
// The mistakes that are planted in the engine (base/mutant.h).
#pragma once

#include <span>
#include <string_view>

namespace millrace {

struct Mutant {
  std::string_view name;
  std::string_view what;
};

std::span<const Mutant> Mutants();

}  // namespace millrace
