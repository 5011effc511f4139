// SPDX-License-Identifier: Apache-2.0
// The codes that kernels give rows they fail on. Everything a value can cause at run time is one of
// these.
#pragma once

#include <string_view>

namespace millrace {

constexpr std::string_view kDivisionByZero = "MR0701";
/// A CAST or a parse of this value failed.
constexpr std::string_view kCastFailed = "MR0702";
/// An argument has a value the function does not accept.
constexpr std::string_view kInvalidArgument = "MR0703";
/// A result that is larger than a column can hold.
constexpr std::string_view kValueTooLarge = "MR0704";

}  // namespace millrace
