// SPDX-License-Identifier: Apache-2.0
// CHECK macros: a broken invariant of ours ends the process at once, with both operands printed.
// For conditions that input can cause, return an Error instead.
#pragma once

#include <sstream>
#include <string>
#include <string_view>

namespace millrace {

/// Prints `file:line: CHECK failed: what` and a stack depth marker to stderr, then aborts.
[[noreturn]] void CheckFailed(const char* file, int line, std::string_view what);

template <typename A, typename B>
std::string DescribeOperands(const char* text, const A& a, const B& b) {
  std::ostringstream out;
  out << text << " (" << a << " vs. " << b << ")";
  return out.str();
}

}  // namespace millrace

#define CHECK(condition)                                       \
  do {                                                         \
    if (!(condition)) [[unlikely]]                             \
      ::millrace::CheckFailed(__FILE__, __LINE__, #condition); \
  } while (false)

#define CHECK_OP(a, op, b)                                                                \
  do {                                                                                    \
    if (!((a)op(b))) [[unlikely]]                                                         \
      ::millrace::CheckFailed(__FILE__, __LINE__,                                         \
                              ::millrace::DescribeOperands(#a " " #op " " #b, (a), (b))); \
  } while (false)

#define CHECK_EQ(a, b) CHECK_OP(a, ==, b)
#define CHECK_NE(a, b) CHECK_OP(a, !=, b)
#define CHECK_LT(a, b) CHECK_OP(a, <, b)
#define CHECK_LE(a, b) CHECK_OP(a, <=, b)
#define CHECK_GT(a, b) CHECK_OP(a, >, b)
#define CHECK_GE(a, b) CHECK_OP(a, >=, b)
