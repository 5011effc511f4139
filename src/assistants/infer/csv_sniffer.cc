// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/csv_sniffer.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "assistants/infer/type_guess.h"

namespace millrace {
namespace {

constexpr std::array kDelimiters = {',', ';', '\t', '|'};
constexpr size_t kRecordsLooked = 200;
constexpr double kSameWidth = 0.9;  // share of the records that must have the same width

bool IsNumber(std::string_view cell) {
  size_t at = 0;
  const auto value = ReadSampleValue(cell, &at);
  return value && at == cell.size() && value->kind == SampleValue::Kind::kNumber;
}

bool IsPlainText(std::string_view cell) {
  return !cell.empty() && !IsNumber(cell) && FormOfTime(cell).kind == TimeForm::Kind::kNone;
}

}  // namespace

std::vector<CsvRecord> CutCsv(std::string_view text, char delimiter, bool whole,
                              size_t records_max) {
  std::vector<CsvRecord> records;
  size_t at = 0;
  while (at < text.size() && records.size() < records_max) {
    const size_t begin = at;
    CsvRecord record;
    std::string cell;
    bool quoted = false;
    bool ended = false;
    for (; at < text.size() && !ended; ++at) {
      const char c = text[at];
      if (quoted) {
        if (c != '"') {
          cell += c;
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
          cell += '"';
          ++at;
        } else {
          quoted = false;
        }
      } else if (c == '"' && cell.empty()) {
        quoted = true;
      } else if (c == delimiter) {
        record.cells.push_back(std::move(cell));
        cell.clear();
      } else if (c == '\n') {
        ended = true;
      } else {
        cell += c;
      }
    }
    if (!ended && !whole) break;
    size_t end = ended ? at - 1 : at;
    if (end > begin && text[end - 1] == '\r') {
      --end;
      if (!cell.empty() && cell.back() == '\r') cell.pop_back();
    }
    if (end == begin) continue;  // an empty line
    record.cells.push_back(std::move(cell));
    record.slice = {static_cast<uint32_t>(begin), static_cast<uint32_t>(end - begin)};
    records.push_back(std::move(record));
  }
  return records;
}

std::optional<char> FindDelimiter(std::string_view text, bool whole) {
  std::optional<char> best;
  size_t best_width = 1;
  for (const char delimiter : kDelimiters) {
    const auto records = CutCsv(text, delimiter, whole, kRecordsLooked);
    std::map<size_t, size_t> widths;
    for (const CsvRecord& record : records) ++widths[record.cells.size()];
    if (widths.empty()) continue;
    const auto most =
        std::ranges::max_element(widths, {}, [](const auto& entry) { return entry.second; });
    const double share = static_cast<double>(most->second) / static_cast<double>(records.size());
    if (share < kSameWidth || most->first <= best_width) continue;
    best_width = most->first;
    best = delimiter;
  }
  return best;
}

bool LooksLikeHeader(const std::vector<CsvRecord>& records) {
  if (records.size() < 2) return false;
  const std::vector<std::string>& first = records[0].cells;
  const std::set<std::string> names(first.begin(), first.end());
  if (names.size() != first.size()) return false;
  if (!std::ranges::all_of(first, IsPlainText)) return false;
  bool another_form = false;
  bool repeated = false;
  for (size_t i = 1; i < records.size(); ++i) {
    const auto& cells = records[i].cells;
    for (size_t column = 0; column < std::min(cells.size(), first.size()); ++column) {
      another_form = another_form || (!cells[column].empty() && !IsPlainText(cells[column]));
      repeated = repeated || cells[column] == first[column];
    }
  }
  return another_form && !repeated;
}

}  // namespace millrace
