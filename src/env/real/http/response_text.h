// SPDX-License-Identifier: Apache-2.0
// The bytes of an HTTP/1.1 answer.
#pragma once

#include <string>
#include <string_view>

#include "env/http_server.h"

namespace millrace {

/// Line breaks in header values are left out: an answer never becomes two.
std::string ResponseText(const ServerResponse& response, std::string_view date, bool close,
                         bool head_only);

/// "Sat, 21 Nov 2026 22:21:23 GMT" for seconds since the epoch.
std::string HttpDate(int64_t seconds);

}  // namespace millrace
