// SPDX-License-Identifier: Apache-2.0
// MUTANT: a mistake planted where it would be made, which the simulation must catch (`make
// mutants`). False, and nothing in the program, unless MILLRACE_MUTANTS is defined, as it is for
// the copies of these files that the simulation's own program has. In .cc files only; they are
// listed in CMakeLists.txt, and what each mistake is in tests/simulation/program/mutants.cc.
#pragma once

#ifdef MILLRACE_MUTANTS
#include <string_view>

namespace millrace {
extern std::string_view planted_mutant;
}
#define MUTANT(name) (::millrace::planted_mutant == (name))
#else
#define MUTANT(name) false
#endif
