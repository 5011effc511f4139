// SPDX-License-Identifier: Apache-2.0
// LineWriter: where rows for people and pipes go (standard output and error). Whole lines only.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"

namespace millrace {

/// Thread-safe: lines of two callers never mix. `lines` ends with a line feed.
class LineWriter {
 public:
  virtual ~LineWriter() = default;
  /// Returns once the bytes are with the system. A closed pipe is error MR0801.
  virtual Status Write(std::string_view lines) = 0;
};

/// Over a file descriptor that stays open: 1 is standard output, 2 standard error.
std::unique_ptr<LineWriter> MakeLineWriter(int descriptor);

}  // namespace millrace
