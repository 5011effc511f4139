// SPDX-License-Identifier: Apache-2.0
// Bodies, targets and content types of strangers: every record lies inside the body, none overlaps
// another, and what is taken as a path has no way through a file system in it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "env/request_path.h"
#include "formats/posted_rows.h"

namespace {

constexpr size_t kRowsMax = 100;

void CheckRecords(std::string_view body,
                  const millrace::Result<std::vector<millrace::RecordSlice>>& records) {
  if (!records) return;
  CHECK_LE(records->size(), kRowsMax);
  size_t end = 0;
  for (const millrace::RecordSlice& record : *records) {
    CHECK(record.length > 0);
    CHECK(record.offset >= end);
    end = size_t{record.offset} + record.length;
    CHECK_LE(end, body.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckRecords(text, millrace::SplitJson(text, kRowsMax));
  CheckRecords(text, millrace::SplitLines(text, kRowsMax));
  millrace::ParseBodyType(text);
  if (const auto path = millrace::ParseRequestPath(text)) {
    for (const std::string& segment : path->segments) {
      CHECK(!segment.empty() && segment != "." && segment != "..");
      CHECK(segment.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos);
    }
  }
  return 0;
}
