// SPDX-License-Identifier: Apache-2.0
// The longest common subsequence of what is left between equal beginnings and ends; a table of that
// is small for files people write. Two texts too large for it differ as wholes.
#include "cli/output/line_diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace millrace {
namespace {

constexpr size_t kContext = 3;
constexpr size_t kMaxTable = 64 << 20;

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

struct Edit {
  char mark;  // ' ', '-', '+'
  std::string_view line;
};

std::vector<Edit> Edits(const std::vector<std::string_view>& a,
                        const std::vector<std::string_view>& b) {
  size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  size_t tail = 0;
  while (tail < a.size() - head && tail < b.size() - head &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  const size_t n = a.size() - head - tail;
  const size_t m = b.size() - head - tail;
  std::vector<Edit> edits;
  for (size_t i = 0; i < head; ++i) edits.push_back({' ', a[i]});
  const bool fits = (n + 1) * (m + 1) <= kMaxTable;
  // common[i][j]: of the lines behind i and j.
  std::vector<uint32_t> common(fits ? (n + 1) * (m + 1) : 0, 0);
  for (size_t i = n; fits && i-- > 0;) {
    for (size_t j = m; j-- > 0;) {
      common[i * (m + 1) + j] = a[head + i] == b[head + j] ? common[(i + 1) * (m + 1) + j + 1] + 1
                                                           : std::max(common[(i + 1) * (m + 1) + j],
                                                                      common[i * (m + 1) + j + 1]);
    }
  }
  size_t i = 0;
  size_t j = 0;
  while (i < n || j < m) {
    if (fits && i < n && j < m && a[head + i] == b[head + j]) {
      edits.push_back({' ', a[head + i]});
      ++i;
      ++j;
    } else if (i < n &&
               (j == m || !fits || common[(i + 1) * (m + 1) + j] >= common[i * (m + 1) + j + 1])) {
      edits.push_back({'-', a[head + i++]});
    } else {
      edits.push_back({'+', b[head + j++]});
    }
  }
  for (size_t k = a.size() - tail; k < a.size(); ++k) edits.push_back({' ', a[k]});
  return edits;
}

}  // namespace

std::string LineDiff(std::string_view name, std::string_view before, std::string_view after) {
  if (before == after) return {};
  const std::vector<Edit> edits = Edits(Lines(before), Lines(after));
  std::string out = "--- " + std::string(name) + "\n+++ " + std::string(name) + "\n";
  size_t line_before = 1;
  size_t line_after = 1;
  for (size_t at = 0; at < edits.size();) {
    size_t first = at;
    while (first < edits.size() && edits[first].mark == ' ') ++first;
    if (first == edits.size()) break;
    size_t last = first;  // of the changes that lie near each other
    for (size_t k = first; k < edits.size() && k <= last + 2 * kContext; ++k) {
      if (edits[k].mark != ' ') last = k;
    }
    const size_t begin = std::max(at, first < kContext ? 0 : first - kContext);
    const size_t end = std::min(edits.size(), last + 1 + kContext);
    line_before += begin - at;
    line_after += begin - at;
    size_t lines_before = 0;
    size_t lines_after = 0;
    std::string body;
    for (size_t k = begin; k < end; ++k) {
      lines_before += edits[k].mark != '+' ? 1 : 0;
      lines_after += edits[k].mark != '-' ? 1 : 0;
      body += edits[k].mark + std::string(edits[k].line) + "\n";
    }
    out += "@@ -" + std::to_string(line_before) + "," + std::to_string(lines_before) + " +" +
           std::to_string(line_after) + "," + std::to_string(lines_after) + " @@\n" + body;
    line_before += lines_before;
    line_after += lines_after;
    at = end;
  }
  return out;
}

}  // namespace millrace
