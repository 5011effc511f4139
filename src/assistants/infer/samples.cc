// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/samples.h"

#include <algorithm>

#include "assistants/infer/csv_sniffer.h"
#include "assistants/infer/type_guess.h"
#include "base/utf8.h"

namespace millrace {
namespace {

constexpr std::string_view kSpace = " \n\r\t";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
/// Texts that stand for NULL where the other values of the column are no texts.
constexpr std::string_view kNullTexts[] = {"NULL", "null", "\\N", "NA", "N/A", "None", "NaN"};

size_t SkipSpace(std::string_view bytes, size_t at) {
  const size_t next = bytes.find_first_not_of(kSpace, at);
  return next == std::string_view::npos ? bytes.size() : next;
}

void AddRecord(Samples* samples, size_t begin, size_t end) {
  samples->records.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end - begin)});
}

/// Keeps the bytes and puts the padding behind them.
void Keep(std::string_view bytes, Samples* samples) {
  samples->bytes.assign(bytes);
  samples->bytes.reserve(bytes.size() + kDecodePadding);
  samples->bytes.append(kDecodePadding, '\0');
}

// ------------------------------------------------------------------ JSON

bool LooksLikeJson(std::string_view bytes) {
  size_t at = SkipSpace(bytes, bytes.starts_with(kByteOrderMark) ? 3 : 0);
  if (at >= bytes.size() || (bytes[at] != '{' && bytes[at] != '[')) return false;
  if (bytes[at] == '[') {
    at = SkipSpace(bytes, at + 1);
    return at < bytes.size() && bytes[at] == '{';
  }
  at = SkipSpace(bytes, at + 1);
  return at < bytes.size() && (bytes[at] == '"' || bytes[at] == '}');
}

/// One record per line; a line that is no object is broken and the next one is looked at.
void ReadLines(std::string_view bytes, bool whole, const SampleLimits& limits, Samples* samples) {
  size_t at = 0;
  while (at < bytes.size()) {
    size_t end = bytes.find('\n', at);
    if (end == std::string_view::npos) {
      if (!whole) break;
      end = bytes.size();
    }
    if (samples->records.size() >= limits.records_max) {
      samples->cut = true;
      return;
    }
    size_t begin = SkipSpace(bytes.substr(0, end), at);
    if (begin == 0 && bytes.starts_with(kByteOrderMark)) begin = 3;
    if (begin < end) {
      size_t behind = begin;
      auto value = ReadSampleValue(bytes.substr(0, end), &behind);
      if (value && value->kind == SampleValue::Kind::kObject) {
        AddRecord(samples, begin, behind);
        samples->values.push_back(*std::move(value));
      } else {
        ++samples->broken;
      }
    }
    at = end + 1;
  }
}

/// Objects one after the other, or the elements of one array, laid out in any way.
void ReadObjects(std::string_view bytes, bool whole, const SampleLimits& limits, Samples* samples) {
  size_t at = SkipSpace(bytes, bytes.starts_with(kByteOrderMark) ? 3 : 0);
  const bool array = at < bytes.size() && bytes[at] == '[';
  samples->shape = array ? "a JSON array" : "JSON objects";
  if (array) ++at;
  while (true) {
    at = SkipSpace(bytes, at);
    if (array && at < bytes.size() && bytes[at] == ',') at = SkipSpace(bytes, at + 1);
    if (at >= bytes.size() || bytes[at] == ']') return;
    if (samples->records.size() >= limits.records_max) {
      samples->cut = true;
      return;
    }
    const size_t begin = at;
    auto value = ReadSampleValue(bytes, &at);
    if (!value || value->kind != SampleValue::Kind::kObject) {
      // What does not end within the bytes at hand is no fault.
      samples->broken += whole || at < bytes.size() ? 1 : 0;
      return;
    }
    AddRecord(samples, begin, at);
    samples->values.push_back(*std::move(value));
  }
}

bool FirstLineIsAnObject(std::string_view bytes) {
  const size_t begin = SkipSpace(bytes, bytes.starts_with(kByteOrderMark) ? 3 : 0);
  const size_t end = std::min(bytes.find('\n', begin), bytes.size());
  size_t at = begin;
  const auto value = ReadSampleValue(bytes.substr(0, end), &at);
  return value && value->kind == SampleValue::Kind::kObject && SkipSpace(bytes, at) >= end;
}

void ReadJson(std::string_view bytes, bool whole, const SampleLimits& limits, Samples* samples) {
  samples->format = "json";
  if (FirstLineIsAnObject(bytes)) {
    samples->shape = "JSON lines";
    ReadLines(bytes, whole, limits, samples);
    return;
  }
  ReadObjects(bytes, whole, limits, samples);
  // The format takes an array of objects in one line.
  const std::string_view trimmed = bytes.substr(0, bytes.find_last_not_of(kSpace) + 1);
  const bool one_line = trimmed.find('\n', SkipSpace(bytes, 0)) == std::string_view::npos;
  samples->over_lines = !one_line;
}

// ------------------------------------------------------------------ CSV

SampleValue CellValue(const std::string& cell) {
  if (cell.empty()) return {};
  size_t at = 0;
  if (auto value = ReadSampleValue(cell, &at); value && at == cell.size()) {
    const bool leading_zero = cell.size() > 1 && cell[0] == '0' && cell[1] != '.';
    if (value->kind == SampleValue::Kind::kNumber && !leading_zero) return *std::move(value);
    if (value->kind == SampleValue::Kind::kBoolean) return *std::move(value);
  }
  return SampleValue::Text(cell);
}

/// A text that is no date or time either.
bool IsText(const SampleValue& value) {
  return value.kind == SampleValue::Kind::kText &&
         FormOfTime(value.text).kind == TimeForm::Kind::kNone;
}

/// A text for NULL that is used in a column of numbers, times or booleans.
std::string FindNullText(const std::vector<SampleValue>& values, size_t columns) {
  for (size_t column = 0; column < columns; ++column) {
    std::string candidate;
    bool fits = true;
    size_t others = 0;
    for (const SampleValue& record : values) {
      const SampleValue& cell = record.members[column].value;
      if (cell.kind == SampleValue::Kind::kNull) continue;
      if (!IsText(cell)) {
        ++others;
      } else if (std::ranges::find(kNullTexts, cell.text) != std::end(kNullTexts) &&
                 (candidate.empty() || candidate == cell.text)) {
        candidate = cell.text;
      } else {
        fits = false;
      }
    }
    if (fits && !candidate.empty() && others > 0) return candidate;
  }
  return {};
}

std::vector<std::string> ColumnNames(const std::vector<CsvRecord>& records, bool header) {
  std::vector<std::string> names;
  for (size_t i = 0; i < records[0].cells.size(); ++i) {
    std::string name = header ? records[0].cells[i] : "";
    if (i == 0 && name.starts_with(kByteOrderMark)) name.erase(0, 3);
    const auto taken = [&] { return std::ranges::find(names, name) != names.end(); };
    if (name.empty() || !IsValidUtf8(name) || taken()) name = "c" + std::to_string(i + 1);
    while (taken()) name += "_";
    names.push_back(std::move(name));
  }
  return names;
}

void ReadCsv(std::string_view bytes, bool whole, char delimiter, const SampleLimits& limits,
             Samples* samples) {
  samples->format = "csv";
  if (delimiter != ',') {
    samples->options.emplace_back("csv.field-delimiter",
                                  delimiter == '\t' ? "\\t" : std::string(1, delimiter));
  }
  auto records = CutCsv(bytes, delimiter, whole, limits.records_max + 2);
  if (records.empty()) return;
  samples->has_header = limits.header == HeaderChoice::kYes ||
                        (limits.header == HeaderChoice::kAuto && LooksLikeHeader(records));
  samples->shape = samples->has_header ? "CSV with a header" : "CSV";
  const std::vector<std::string> names = ColumnNames(records, samples->has_header);
  bool empty_cells = false;
  for (size_t i = samples->has_header ? 1 : 0; i < records.size(); ++i) {
    const CsvRecord& record = records[i];
    if (samples->records.size() >= limits.records_max) {
      samples->cut = true;
      break;
    }
    if (record.cells.size() != names.size()) {
      ++samples->broken;
      continue;
    }
    SampleValue object;
    object.kind = SampleValue::Kind::kObject;
    for (size_t column = 0; column < names.size(); ++column) {
      object.members.push_back({names[column], CellValue(record.cells[column])});
      empty_cells = empty_cells || record.cells[column].empty();
    }
    AddRecord(samples, record.slice.offset, record.slice.offset + record.slice.length);
    samples->values.push_back(std::move(object));
  }
  const std::string null_text = FindNullText(samples->values, names.size());
  if (!null_text.empty()) {
    samples->options.emplace_back("csv.null-literal", null_text);
    for (SampleValue& record : samples->values) {
      for (SampleValue::Member& cell : record.members) {
        if (IsText(cell.value) && cell.value.text == null_text) cell.value = {};
      }
    }
  }
  if (empty_cells) samples->options.emplace_back("csv.empty-string-as-null", "true");
}

// ------------------------------------------------------------------ text

void ReadText(std::string_view bytes, bool whole, const SampleLimits& limits, Samples* samples) {
  samples->format = "raw";
  samples->shape = "lines of text";
  size_t at = 0;
  while (at < bytes.size()) {
    size_t end = bytes.find('\n', at);
    if (end == std::string_view::npos) {
      if (!whole) return;
      end = bytes.size();
    }
    if (samples->records.size() >= limits.records_max) {
      samples->cut = true;
      return;
    }
    const size_t cut = end > at && bytes[end - 1] == '\r' ? end - 1 : end;
    SampleValue object;
    object.kind = SampleValue::Kind::kObject;
    object.members.push_back({"line", SampleValue::Text(std::string(bytes.substr(at, cut - at)))});
    AddRecord(samples, at, cut);
    samples->values.push_back(std::move(object));
    at = end + 1;
  }
}

}  // namespace

Samples ReadSamples(std::string_view bytes, bool whole, const SampleLimits& limits) {
  Samples samples;
  if (bytes.size() > limits.bytes_max) {
    bytes = bytes.substr(0, limits.bytes_max);
    whole = false;
  }
  Keep(bytes, &samples);
  const std::string_view kept(samples.bytes.data(), bytes.size());
  if (LooksLikeJson(kept)) {
    ReadJson(kept, whole, limits, &samples);
  } else if (const auto delimiter =
                 limits.delimiter.empty() ? FindDelimiter(kept, whole) : limits.delimiter[0]) {
    ReadCsv(kept, whole, *delimiter, limits, &samples);
  } else {
    ReadText(kept, whole, limits, &samples);
  }
  samples.cut = samples.cut || !whole;
  return samples;
}

Samples ReadMessages(const std::vector<std::string>& messages, const SampleLimits& limits) {
  std::string joined;
  bool over_lines = false;
  for (const std::string& message : messages) {
    over_lines = over_lines || message.find('\n') != std::string::npos;
    joined += message;
    if (!message.ends_with('\n')) joined += '\n';
  }
  SampleLimits generous = limits;
  generous.bytes_max = joined.size();
  if (generous.header == HeaderChoice::kAuto) generous.header = HeaderChoice::kNo;
  Samples samples = ReadSamples(joined, /*whole=*/true, generous);
  samples.over_lines = false;  // a message is a record, however it is laid out
  if (samples.format == "json") samples.shape = "JSON messages";
  if (samples.format == "csv") samples.shape = "CSV messages";
  if (samples.format == "raw") samples.shape = "messages of text";
  return samples;
}

void SetGroups(const std::vector<size_t>& ends, Samples* samples) {
  uint32_t group = 0;
  for (const RecordSlice& record : samples->records) {
    while (group + 1 < ends.size() && record.offset >= ends[group]) ++group;
    samples->group_of_record.push_back(group);
  }
}

}  // namespace millrace
