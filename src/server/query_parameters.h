// SPDX-License-Identifier: Apache-2.0
// QueryParameters: what stands behind the '?' of a target, decoded.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

class QueryParameters {
 public:
  /// MR0764: malformed (a bad percent code, no UTF-8), or a name that is given twice.
  static Result<QueryParameters> Parse(std::string_view query);

  std::string Text(std::string_view name) const;  // empty if it is not there
  /// MR0764 unless it is a number from `min` to `max`; `absent` if it is not there.
  Result<uint64_t> Number(std::string_view name, uint64_t absent, uint64_t min, uint64_t max) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace millrace
