// SPDX-License-Identifier: Apache-2.0
#include "connectors/webhook/body_template.h"

#include "base/json_writer.h"
#include "data/option_text.h"
#include "data/row_format.h"
#include "diagnostics/nearest.h"

namespace millrace {

Result<BodyTemplate> BodyTemplate::Parse(std::string_view text, const Schema& schema) {
  BodyTemplate parsed;
  while (true) {
    const size_t open = text.find("{{");
    Piece piece{.text = std::string(text.substr(0, open))};
    if (open == std::string_view::npos) {
      parsed.pieces_.push_back(std::move(piece));
      return parsed;
    }
    const size_t close = text.find("}}", open);
    if (close == std::string_view::npos) {
      return UserError("MR0503", "option 'body': '{{' is not closed",
                       std::string(text.substr(open, 40)));
    }
    const std::string_view name = TrimOption(text.substr(open + 2, close - open - 2));
    if (name == "*") {
      piece.column = kRecord;
    } else {
      const auto column = schema.Find(name);
      if (!column) {
        const auto near = NearestNames(name, schema.names(), 1);
        return UserError("MR0503",
                         "option 'body': the table has no column '" + std::string(name) + "'", {},
                         near.empty() ? "" : "did you mean '{{" + near[0] + "}}'?");
      }
      piece.column = static_cast<int>(*column);
      piece.type = schema[*column].type;
    }
    parsed.pieces_.push_back(std::move(piece));
    text.remove_prefix(close + 2);
  }
}

std::string BodyTemplate::Render(const Batch& batch, int64_t row, std::string_view record) const {
  std::string body;
  std::string value;
  std::string quoted;
  for (const Piece& piece : pieces_) {
    body += piece.text;
    if (piece.column == kNothing) continue;
    if (piece.column == kRecord) {
      body += record;
      continue;
    }
    value.clear();
    quoted.clear();
    AppendValueText(piece.type, *batch.columns[static_cast<size_t>(piece.column)], row, &value);
    AppendJsonString(value, &quoted);
    body.append(quoted, 1, quoted.size() - 2);
  }
  return body;
}

}  // namespace millrace
