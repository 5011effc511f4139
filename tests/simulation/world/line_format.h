// SPDX-License-Identifier: Apache-2.0
// LineFormat: a record per row, as print shows it, with its change kind; as 'keys' without, as a
// key is the same whatever happens to its row. Header only.
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
  LineEncoder(Schema schema, bool keys) : schema_(std::move(schema)), keys_(keys) {}
  Status Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const std::string line = FormatRow(schema_, batch, row);
      *out += keys_ ? line.substr(line.find('[')) : line;
      ends->push_back(out->size());
    }
    return OkStatus();
  }

 private:
  Schema schema_;
  bool keys_;
};

class LineFormat final : public Format {
 public:
  explicit LineFormat(bool keys) : keys_(keys) {}
  std::string_view name() const override { return keys_ ? "keys" : "lines"; }
  std::vector<OptionSpec> options() const override { return {}; }
  Status CheckSchema(const Schema&, const Options&, bool) const override { return OkStatus(); }
  Result<std::unique_ptr<RecordEncoder>> MakeEncoder(const Schema& schema,
                                                     const Options&) const override {
    return std::make_unique<LineEncoder>(schema, keys_);
  }
  ChangelogMode changelog_mode() const override { return ChangelogMode::All(); }

 private:
  bool keys_;
};

}  // namespace millrace
