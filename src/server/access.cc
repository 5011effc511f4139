// SPDX-License-Identifier: Apache-2.0
#include "server/access.h"

#include <algorithm>

#include "data/option_text.h"

namespace millrace {
namespace {

/// "shop.example.com:8080" -> "shop.example.com"; "[::1]:80" -> "[::1]".
std::string_view WithoutPort(std::string_view host) {
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    const bool whole = end + 1 == host.size() || (end < host.size() && host[end + 1] == ':');
    return end != std::string_view::npos && whole ? host.substr(0, end + 1) : host;
  }
  return host.substr(0, host.find(':'));
}

bool IsIpv4(std::string_view text) {
  int parts = 0;
  while (parts < 4) {
    const size_t dot = std::min(text.find('.'), text.size());
    const std::string_view part = text.substr(0, dot);
    const bool number = !part.empty() && part.size() <= 3 &&
                        std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    if (!number) return false;
    ++parts;
    if (dot == text.size()) return parts == 4;
    text.remove_prefix(dot + 1);
  }
  return false;
}

bool IsIpv6(std::string_view text) {
  return text.size() > 4 && text.front() == '[' && text.back() == ']' &&
         std::ranges::all_of(text.substr(1, text.size() - 2), [](char c) {
           return c == ':' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
                  (c >= 'A' && c <= 'F');
         });
}

}  // namespace

bool SecretsEqual(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

std::string_view CredentialOf(const ServerRequest& request) {
  constexpr std::string_view kBearer = "bearer ";
  if (const auto header = request.Header("authorization")) {
    const bool bearer = header->size() > kBearer.size() &&
                        EqualsIgnoringCase(header->substr(0, kBearer.size()), kBearer);
    return bearer ? TrimOption(header->substr(kBearer.size())) : std::string_view("-");
  }
  return request.Header("x-api-key").value_or("");
}

Verdict CheckCredential(std::string_view shown, const Grant& grant,
                        const std::vector<std::string>& others) {
  if (grant.secrets.empty()) return Verdict::kAllowed;
  if (shown.empty()) return Verdict::kUnknown;
  bool allowed = false;
  for (const std::string& secret : grant.secrets) allowed |= SecretsEqual(shown, secret);
  bool elsewhere = false;
  for (const std::string& secret : others) elsewhere |= SecretsEqual(shown, secret);
  if (allowed) return Verdict::kAllowed;
  return elsewhere ? Verdict::kForbidden : Verdict::kUnknown;
}

bool IsOwnHost(std::string_view host, const std::vector<std::string>& allowed) {
  const std::string_view name = WithoutPort(host);
  if (EqualsIgnoringCase(name, "localhost") || IsIpv4(name) || IsIpv6(name)) return true;
  return std::ranges::any_of(allowed, [&](const std::string& other) {
    return EqualsIgnoringCase(name, other) || EqualsIgnoringCase(host, other);
  });
}

bool IsSameOrigin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return EqualsIgnoringCase(origin.substr(scheme.size()), host);
  }
  return false;
}

}  // namespace millrace
