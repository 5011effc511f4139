// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

namespace millrace {

std::string Error::ToString() const {
  std::string text = code + " " + message;
  if (!detail.empty()) text += ": " + detail;
  for (size_t i = 0; i < context.size(); ++i) text += (i == 0 ? " (" : ", ") + context[i];
  if (!context.empty()) text += ")";
  return text;
}

std::unexpected<Error> UserError(std::string_view code, std::string message, std::string detail,
                                 std::string hint) {
  return std::unexpected(Error{.code = std::string(code),
                               .domain = ErrorDomain::kUser,
                               .message = std::move(message),
                               .detail = std::move(detail),
                               .hint = std::move(hint)});
}

std::unexpected<Error> ExternalError(std::string_view code, std::string message, std::string detail,
                                     bool retryable) {
  return std::unexpected(Error{.code = std::string(code),
                               .domain = ErrorDomain::kExternal,
                               .message = std::move(message),
                               .detail = std::move(detail),
                               .retryable = retryable});
}

std::unexpected<Error> InternalError(std::string message, std::string detail) {
  return std::unexpected(Error{.code = "MR0001",
                               .domain = ErrorDomain::kInternal,
                               .message = std::move(message),
                               .detail = std::move(detail)});
}

}  // namespace millrace
