// SPDX-License-Identifier: Apache-2.0
// BodyTemplate: the body of a webhook, with `{{column}}` for values (escaped for use inside a JSON
// string) and `{{*}}` for the whole row as the format writes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/batch.h"
#include "data/schema.h"

namespace millrace {

class BodyTemplate {
 public:
  /// MR0503 for a column that is not there or braces that are not closed.
  static Result<BodyTemplate> Parse(std::string_view text, const Schema& schema);
  /// `record` is the row as the format wrote it.
  std::string Render(const Batch& batch, int64_t row, std::string_view record) const;

 private:
  struct Piece {
    std::string text;       // before the value
    int column = kNothing;  // index, kNothing or kRecord
    DataType type;
  };
  static constexpr int kNothing = -1;
  static constexpr int kRecord = -2;
  std::vector<Piece> pieces_;
};

}  // namespace millrace
