// SPDX-License-Identifier: Apache-2.0
// The suite that every record format passes, bound once per format (json.cc, csv.cc, raw.cc).
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "formats/format.h"

namespace millrace {

/// A format and what the suite may ask of it.
struct RecordFormatCase {
  std::string name;  // of the test instance
  std::string format;
  std::map<std::string, OptionValue> options;  // without the format's prefix
  Schema schema;
  std::string lines;     // good records, as the encoder writes them
  std::string bad_line;  // one that cannot be decoded
};

class RecordFormatTest : public testing::TestWithParam<RecordFormatCase> {};

inline std::string RecordFormatName(const testing::TestParamInfo<RecordFormatCase>& info) {
  return info.param.name;
}

}  // namespace millrace
