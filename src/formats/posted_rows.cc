// SPDX-License-Identifier: Apache-2.0
#include "formats/posted_rows.h"

#include <algorithm>

#include "data/option_text.h"

namespace millrace {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::unexpected<Error> TooMany(size_t rows_max) {
  return UserError("MR0742", "a request may bring " + std::to_string(rows_max) + " rows at most");
}

RecordSlice SliceOf(std::string_view body, std::string_view part) {
  return {.offset = static_cast<uint32_t>(part.data() - body.data()),
          .length = static_cast<uint32_t>(part.size())};
}

/// Finds the end of the value that begins at `at`: the next comma or bracket outside of it.
size_t EndOfElement(std::string_view body, size_t at) {
  int64_t depth = 0;
  bool quoted = false;
  for (; at < body.size(); ++at) {
    const char c = body[at];
    if (quoted) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        quoted = false;
      }
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '{' || c == '[') ++depth;
    if (depth == 0 && (c == ',' || c == ']')) return at;
    if (c == '}' || c == ']') --depth;
    if (depth < 0) break;
  }
  return std::string_view::npos;
}

/// An object or array must be all there is: decoders, as Flink's, do not look at what follows it.
Status CheckNothingFollows(std::string_view value, size_t row) {
  if (value.front() != '{' && value.front() != '[') return OkStatus();
  int64_t depth = 0;
  bool quoted = false;
  for (size_t at = 0; at < value.size(); ++at) {
    const char c = value[at];
    if (quoted) {
      if (c == '\\') ++at;
      quoted = c != '"';
      continue;
    }
    quoted = c == '"';
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0 && at + 1 < value.size()) {
      return UserError("MR0741", "row " + std::to_string(row) + ": something follows the object");
    }
  }
  return OkStatus();
}

}  // namespace

BodyType ParseBodyType(std::string_view content_type) {
  BodyType type;
  size_t end = content_type.find(';');
  const std::string_view essence = Trim(content_type.substr(0, end));
  while (end != std::string_view::npos) {
    const size_t begin = end + 1;
    end = content_type.find(';', begin);
    const std::string_view parameter = Trim(content_type.substr(begin, end - begin));
    if (EqualsIgnoringCase(parameter, "header=present")) type.csv_header = true;
    constexpr std::string_view kCharset = "charset=";
    if (parameter.size() <= kCharset.size() ||
        !EqualsIgnoringCase(parameter.substr(0, kCharset.size()), kCharset)) {
      continue;
    }
    const std::string_view charset = parameter.substr(kCharset.size());
    const bool known = EqualsIgnoringCase(charset, "utf-8") || charset == "\"utf-8\"" ||
                       EqualsIgnoringCase(charset, "us-ascii");
    if (!known) return {.kind = BodyKind::kUnknown};
  }
  const auto is = [&](std::string_view name) { return EqualsIgnoringCase(essence, name); };
  if (is("application/json")) {
    type.kind = BodyKind::kJson;
  } else if (is("application/x-ndjson") || is("application/ndjson") || is("application/jsonl")) {
    type.kind = BodyKind::kNdjson;
  } else if (is("text/csv")) {
    type.kind = BodyKind::kCsv;
  } else if (essence.empty() || is("text/plain") || is("application/x-www-form-urlencoded")) {
    type.simple_request = true;
  } else if (!is("application/octet-stream")) {
    type.kind = BodyKind::kUnknown;
  }
  return type;
}

Result<std::vector<RecordSlice>> SplitJson(std::string_view body, size_t rows_max) {
  const std::string_view text = Trim(body);
  if (text.empty()) return UserError("MR0741", "the body is empty");
  std::vector<RecordSlice> records;
  if (text.front() != '[') {
    TRY(CheckNothingFollows(text, 1));
    records.push_back(SliceOf(body, text));
    return records;
  }
  const std::string_view inner = Trim(text.substr(1));
  if (inner == "]") return records;
  size_t at = 1;
  while (true) {
    const size_t end = EndOfElement(text, at);
    const std::string_view element =
        end == std::string_view::npos ? std::string_view() : Trim(text.substr(at, end - at));
    if (element.empty()) {
      return UserError("MR0741",
                       "row " + std::to_string(records.size() + 1) + ": the array " +
                           (end == std::string_view::npos ? "does not end" : "has an empty place"));
    }
    if (records.size() == rows_max) return TooMany(rows_max);
    TRY(CheckNothingFollows(element, records.size() + 1));
    records.push_back(SliceOf(body, element));
    at = end + 1;
    if (text[end] == ']') break;
  }
  if (at != text.size()) return UserError("MR0741", "something follows the array");
  return records;
}

Result<std::vector<RecordSlice>> SplitLines(std::string_view body, size_t rows_max) {
  std::vector<RecordSlice> records;
  for (size_t begin = 0; begin < body.size();) {
    const size_t end = std::min(body.find('\n', begin), body.size());
    const std::string_view line = Trim(body.substr(begin, end - begin));
    begin = end + 1;
    if (line.empty()) continue;
    if (records.size() == rows_max) return TooMany(rows_max);
    TRY(CheckNothingFollows(line, records.size() + 1));
    records.push_back(SliceOf(body, line));
  }
  if (records.empty()) return UserError("MR0741", "the body is empty");
  return records;
}

}  // namespace millrace
