// SPDX-License-Identifier: Apache-2.0
#include "server/answers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "diagnostics/diagnostic.h"
#include "diagnostics/render.h"

namespace millrace {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 9> kStatuses{{
    {"MR0741", 400},
    {"MR0742", 413},
    {"MR0743", 429},
    {"MR0744", 415},
    {"MR0745", 504},
    {"MR0746", 422},
    {"MR0802", 503},
    {"MR0808", 503},
    {"MR0809", 413},
}};

}  // namespace

ServerResponse JsonAnswer(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = std::move(body)};
}

int StatusOf(const Error& error) {
  const auto found = std::ranges::find(kStatuses, error.code,
                                       [](const auto& entry) { return std::string(entry.first); });
  if (found != kStatuses.end()) return found->second;
  switch (error.domain) {
    case ErrorDomain::kUser: return 400;
    case ErrorDomain::kExternal: return 503;
    case ErrorDomain::kInternal: break;
  }
  return 500;
}

ServerResponse ErrorAnswer(const Error& error) { return ErrorAnswer(StatusOf(error), error); }

ServerResponse ErrorAnswer(int status, const Error& error) {
  DiagnosticList list;
  list.Add(ToDiagnostic(error));
  ServerResponse response = JsonAnswer(status, RenderJson(list, nullptr) + "\n");
  if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace millrace
