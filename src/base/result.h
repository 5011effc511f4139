// SPDX-License-Identifier: Apache-2.0
// Result<T> and Error: how every fallible call in Millrace answers.
// An Error has a stable code (see diagnostics/codes.h), a domain that says whose fault it is, a
// short primary message, and optional detail and hint. It gains context (operator, pipeline) on its
// way up. Nothing throws across a component boundary.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// Whose fault: the user's input, something outside the process, or a broken invariant of ours.
enum class ErrorDomain { kUser, kExternal, kInternal };

/// An error on its way up. `code` is "MR" and four digits.
struct Error {
  std::string code;
  ErrorDomain domain = ErrorDomain::kInternal;
  std::string message;
  std::string detail;
  std::string hint;
  bool retryable = false;
  std::vector<std::string> context;

  /// One line for logs: `MR0501 message: detail (context, ...)`.
  std::string ToString() const;
  /// Returns this error with one more context entry, the innermost first.
  Error With(std::string where) && {
    context.push_back(std::move(where));
    return std::move(*this);
  }
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// The value of a Status that succeeded.
inline Status OkStatus() { return {}; }

[[nodiscard]] std::unexpected<Error> UserError(std::string_view code, std::string message,
                                               std::string detail = {}, std::string hint = {});
[[nodiscard]] std::unexpected<Error> ExternalError(std::string_view code, std::string message,
                                                   std::string detail = {}, bool retryable = false);
[[nodiscard]] std::unexpected<Error> InternalError(std::string message, std::string detail = {});

}  // namespace millrace

#define MILLRACE_CONCAT_INNER(a, b) a##b
#define MILLRACE_CONCAT(a, b) MILLRACE_CONCAT_INNER(a, b)

/// TRY(expr): returns the error of a Status to the caller.
#define TRY(expr)                                            \
  do {                                                       \
    auto&& try_status = (expr);                              \
    if (!try_status.has_value()) {                           \
      return std::unexpected(std::move(try_status).error()); \
    }                                                        \
  } while (false)

#define MILLRACE_ASSIGN_OR_RETURN(tmp, lhs, expr)   \
  auto tmp = (expr);                                \
  if (!tmp.has_value()) {                           \
    return std::unexpected(std::move(tmp).error()); \
  }                                                 \
  lhs = *std::move(tmp)

/// TRY_ASSIGN(auto value, expr): unwraps a Result or returns its error to the caller.
#define TRY_ASSIGN(lhs, expr) \
  MILLRACE_ASSIGN_OR_RETURN(MILLRACE_CONCAT(try_result_, __LINE__), lhs, expr)
