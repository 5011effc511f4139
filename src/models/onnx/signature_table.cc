// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/signature_table.h"

#include <algorithm>
#include <array>
#include <vector>

namespace millrace {
namespace {

constexpr size_t kRowsMax = 24;

using Line = std::array<std::string, 3>;

void AddLines(const char* title, const Schema& columns, const std::vector<TensorInfo>& tensors,
              std::vector<Line>* lines) {
  const size_t rows = std::max(columns.size(), tensors.size());
  for (size_t i = 0; i < std::min(rows, kRowsMax); ++i) {
    Line line = {i == 0 ? title : "", "", ""};
    if (i < columns.size()) line[1] = columns[i].name + " " + columns[i].type.ToString();
    if (i < tensors.size()) line[2] = tensors[i].name + " " + tensors[i].ToString();
    lines->push_back(std::move(line));
  }
  if (rows > kRowsMax)
    lines->push_back({"", "and " + std::to_string(rows - kRowsMax) + " more", ""});
}

}  // namespace

std::string SignatureTable(const ModelDefinition& model, const ModelSignature& signature) {
  std::vector<Line> lines = {{"", "declared", "in the file"}};
  AddLines("INPUT", model.input, signature.inputs, &lines);
  AddLines("OUTPUT", model.output, signature.outputs, &lines);
  std::array<size_t, 2> widths = {0, 0};
  for (const Line& line : lines) {
    for (size_t i = 0; i < 2; ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const Line& line : lines) {
    std::string row;
    for (size_t i = 0; i < 2; ++i)
      row += line[i] + std::string(widths[i] - line[i].size() + 3, ' ');
    row += line[2];
    row.erase(row.find_last_not_of(' ') + 1);
    text += (text.empty() ? "" : "\n") + row;
  }
  return text;
}

}  // namespace millrace
