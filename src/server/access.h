// SPDX-License-Identifier: Apache-2.0
// Who may do what: tokens and keys, Host names, origins of pages. Compared in time that does not
// tell how much of a secret was right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "env/http_server.h"

namespace millrace {

/// Time depends on the lengths only.
bool SecretsEqual(std::string_view a, std::string_view b);

/// What a client shows: `Authorization: Bearer x` or `X-Api-Key: x`; empty: nothing.
std::string_view CredentialOf(const ServerRequest& request);

enum class Verdict { kAllowed, kUnknown, kForbidden };  // kUnknown: 401, kForbidden: 403

/// Secrets by which a request is let in. Empty: everybody is.
struct Grant {
  std::vector<std::string> secrets;
};

/// `others`: secrets that open other doors; with one of them it is 403 instead of 401.
Verdict CheckCredential(std::string_view shown, const Grant& grant,
                        const std::vector<std::string>& others);

/// Whether a Host header names us: an address, localhost, or one of `allowed`. Names that anybody
/// can point at us (DNS rebinding) are not among them.
bool IsOwnHost(std::string_view host, const std::vector<std::string>& allowed);

/// Whether a page of `origin` is one of this listener itself, as `host` names it.
bool IsSameOrigin(std::string_view origin, std::string_view host);

}  // namespace millrace
