// SPDX-License-Identifier: Apache-2.0
// LineFormat: a record per row, as print shows it, with its change kind. Header only.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/row_format.h"
#include "formats/format.h"

namespace millrace {

class LineEncoder final : public RecordEncoder {
 public:
  explicit LineEncoder(Schema schema) : schema_(std::move(schema)) {}
  Status Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      *out += FormatRow(schema_, batch, row);
      ends->push_back(out->size());
    }
    return OkStatus();
  }

 private:
  Schema schema_;
};

class LineFormat final : public Format {
 public:
  std::string_view name() const override { return "lines"; }
  std::vector<OptionSpec> options() const override { return {}; }
  Status CheckSchema(const Schema&, const Options&, bool) const override { return OkStatus(); }
  Result<std::unique_ptr<RecordEncoder>> MakeEncoder(const Schema& schema,
                                                     const Options&) const override {
    return std::make_unique<LineEncoder>(schema);
  }
  ChangelogMode changelog_mode() const override { return ChangelogMode::All(); }
};

}  // namespace millrace
