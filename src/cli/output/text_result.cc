// SPDX-License-Identifier: Apache-2.0
// Answers that are texts, as a framed table, JSON lines or CSV.
#include <algorithm>

#include "base/json_writer.h"
#include "base/utf8.h"
#include "cli/output/row_writer.h"

namespace millrace {
namespace {

using Cells = std::vector<std::string>;

std::vector<std::string> LinesOf(const std::string& cell) {
  std::vector<std::string> lines(1);
  for (const char c : cell) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

/// One row of cells, each of one line or more.
std::string FramedRow(const Cells& cells, const std::vector<size_t>& widths) {
  std::vector<std::vector<std::string>> lines;
  size_t height = 1;
  for (size_t i = 0; i < widths.size(); ++i) {
    lines.push_back(LinesOf(i < cells.size() ? cells[i] : ""));
    height = std::max(height, lines.back().size());
  }
  std::string text;
  for (size_t line = 0; line < height; ++line) {
    text += "|";
    for (size_t i = 0; i < widths.size(); ++i) {
      const std::string part = line < lines[i].size() ? lines[i][line] : "";
      text += " " + part + std::string(widths[i] - DisplayWidth(part), ' ') + " |";
    }
    text += "\n";
  }
  return text;
}

std::string Framed(const TextResult& result) {
  std::vector<size_t> widths(result.columns.size(), 1);
  const auto widen = [&widths](const Cells& cells) {
    for (size_t i = 0; i < cells.size() && i < widths.size(); ++i) {
      for (const std::string& line : LinesOf(cells[i])) {
        widths[i] = std::max<size_t>(widths[i], DisplayWidth(line));
      }
    }
  };
  widen(result.columns);
  for (const Cells& row : result.rows) widen(row);
  std::string rule = "+";
  for (const size_t width : widths) rule += std::string(width + 2, '-') + "+";
  rule += "\n";
  std::string text = rule + FramedRow(result.columns, widths) + rule;
  for (const Cells& row : result.rows) text += FramedRow(row, widths);
  return text + (result.rows.empty() ? "" : rule);
}

std::string JsonLines(const TextResult& result) {
  std::string text;
  if (result.columns.empty()) {
    JsonWriter out;
    out.BeginObject().Field("text", result.text).EndObject();
    return std::move(out).Finish() + "\n";
  }
  for (const Cells& row : result.rows) {
    JsonWriter out;
    out.BeginObject();
    for (size_t i = 0; i < row.size() && i < result.columns.size(); ++i) {
      out.Field(result.columns[i], row[i]);
    }
    out.EndObject();
    text += std::move(out).Finish() + "\n";
  }
  return text;
}

std::string CsvLines(const TextResult& result) {
  std::string text;
  for (const Cells& row : result.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ",";
      if (row[i].find_first_of(",\"\n") == std::string::npos) {
        text += row[i];
        continue;
      }
      text += "\"";
      for (const char c : row[i]) text += c == '"' ? "\"\"" : std::string(1, c);
      text += "\"";
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string TextOf(const TextResult& result, RowStyle style) {
  if (style == RowStyle::kJson) return JsonLines(result);
  if (result.columns.empty()) return result.text;
  if (style == RowStyle::kCsv) return CsvLines(result);
  // SHOW CREATE: a frame would be in the way of whoever copies it.
  const bool one = result.columns.size() == 1 && result.rows.size() == 1;
  if (one && result.rows[0][0].find('\n') != std::string::npos) return result.rows[0][0] + "\n";
  return Framed(result);
}

}  // namespace millrace
