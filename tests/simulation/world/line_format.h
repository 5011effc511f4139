// SPDX-License-Identifier: Apache-2.0
// LineFormat: a record per row, as print shows it, with its change kind: 'lines' are changes, and
// 'rows' are what an upsert writes of them. 'keys' are without it, as a key is the same whatever
// happens to its row. Header only.
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
  LineEncoder(Schema schema, bool kinds) : schema_(std::move(schema)), kinds_(kinds) {}
  Status Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const std::string line = FormatRow(schema_, batch, row);
      *out += kinds_ ? line : line.substr(line.find('['));
      ends->push_back(out->size());
    }
    return OkStatus();
  }

 private:
  Schema schema_;
  bool kinds_;
};

class LineFormat final : public Format {
 public:
  enum class Of { kChanges, kRows, kKeys };
  explicit LineFormat(Of of) : of_(of) {}
  std::string_view name() const override {
    switch (of_) {
      case Of::kChanges: return "lines";
      case Of::kRows: return "rows";
      case Of::kKeys: return "keys";
    }
    return {};
  }
  std::vector<OptionSpec> options() const override { return {}; }
  Status CheckSchema(const Schema&, const Options&, bool) const override { return OkStatus(); }
  Result<std::unique_ptr<RecordEncoder>> MakeEncoder(const Schema& schema,
                                                     const Options&) const override {
    return std::make_unique<LineEncoder>(schema, of_ != Of::kKeys);
  }
  ChangelogMode changelog_mode() const override {
    return of_ == Of::kChanges ? ChangelogMode::All() : ChangelogMode::InsertOnly();
  }

 private:
  Of of_;
};

}  // namespace millrace
