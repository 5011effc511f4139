// SPDX-License-Identifier: Apache-2.0
// The target of a request, taken apart. A path is a list of names, not a way through a file system:
// what looks like one (dot segments, encoded slashes, NUL, backslashes) is refused, not cleaned.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

struct RequestPath {
  std::vector<std::string> segments;  // percent-decoded; none empty; valid UTF-8
  std::string_view query;             // as sent, without '?'
};

/// nullopt: the target is malformed. One slash at the end is allowed.
std::optional<RequestPath> ParseRequestPath(std::string_view target);

}  // namespace millrace
