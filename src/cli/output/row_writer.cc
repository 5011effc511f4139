// SPDX-License-Identifier: Apache-2.0
#include "cli/output/row_writer.h"

#include <algorithm>

#include "base/utf8.h"
#include "data/row_format.h"
#include "formats/format.h"

namespace millrace {
namespace {

class ChangelogWriter final : public RowWriter {
 public:
  explicit ChangelogWriter(const Application* application) : application_(application) {}
  Status OnRows(const Schema& schema, const Batch& batch) override {
    std::string text;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      text += FormatRow(schema, batch, row) + "\n";
    }
    rows_ += static_cast<uint64_t>(batch.num_rows);
    return application_->env.output->Write(text);
  }

 private:
  const Application* application_;
};

/// Rows as they come, in columns of a fixed width per type.
class TableWriter final : public RowWriter {
 public:
  explicit TableWriter(const Application* application) : application_(application) {}

  Status OnRows(const Schema& schema, const Batch& batch) override {
    std::string text;
    if (widths_.empty()) text = Header(schema);
    std::string cell;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      text += "| " + std::string(ShortName(batch.kind(row))) + " |";
      for (size_t i = 0; i < schema.size(); ++i) {
        cell.clear();
        AppendValueText(schema[i].type, *batch.columns[i], row, &cell);
        text += " " + Fit(cell, widths_[i], schema[i].type.is_numeric()) + " |";
      }
      text += "\n";
    }
    rows_ += static_cast<uint64_t>(batch.num_rows);
    return application_->env.output->Write(text);
  }

  Status OnEnd() override {
    std::string text = widths_.empty() ? "" : Rule();
    text += std::to_string(rows_) + (rows_ == 1 ? " row\n" : " rows\n");
    return application_->env.output->Write(text);
  }

 private:
  static size_t WidthOf(const DataType& type) {
    switch (type.kind()) {
      case TypeKind::kBoolean: return 5;
      case TypeKind::kTinyInt:
      case TypeKind::kSmallInt: return 6;
      case TypeKind::kInt: return 11;
      case TypeKind::kBigInt: return 20;
      case TypeKind::kFloat:
      case TypeKind::kDouble:
      case TypeKind::kDecimal: return 22;
      case TypeKind::kDate: return 10;
      case TypeKind::kTime: return 12;
      default: return 26;
    }
  }

  std::string Rule() const {
    std::string text = "+----+";
    for (const size_t width : widths_) text += std::string(width + 2, '-') + "+";
    return text + "\n";
  }

  std::string Header(const Schema& schema) {
    for (const Column& column : schema) {
      widths_.push_back(std::max<size_t>(DisplayWidth(column.name), WidthOf(column.type)));
    }
    std::string text = Rule() + "| op |";
    for (size_t i = 0; i < schema.size(); ++i) {
      text += " " + Fit(schema[i].name, widths_[i], schema[i].type.is_numeric()) + " |";
    }
    return text + "\n" + Rule();
  }

  static std::string Fit(const std::string& cell, size_t width, bool right) {
    std::string text = cell;
    std::replace(text.begin(), text.end(), '\n', ' ');
    if (DisplayWidth(text) > width) {
      while (!text.empty() && DisplayWidth(text) > width - 3) {
        text.pop_back();
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) {
          text.pop_back();
        }
      }
      text += "...";
    }
    const size_t used = DisplayWidth(text);
    const std::string pad(used < width ? width - used : 0, ' ');
    return right ? pad + text : text + pad;
  }

  const Application* application_;
  std::vector<size_t> widths_;
};

/// JSON or CSV through the format of that name; updates get a leading `op`.
class FormatWriter final : public RowWriter {
 public:
  FormatWriter(const Application* application, std::string format)
      : application_(application), format_(std::move(format)) {}

  Status OnRows(const Schema& schema, const Batch& batch) override {
    if (encoder_ == nullptr) {
      const Format* format = application_->registries.formats->Find(format_);
      if (format == nullptr) return InternalError("format " + format_ + " is missing");
      TRY_ASSIGN(encoder_, format->MakeEncoder(schema, Options(format->options(), {})));
    }
    bytes_.clear();
    ends_.clear();
    TRY(encoder_->Encode(batch, &bytes_, &ends_));
    std::string text;
    size_t begin = 0;
    for (size_t i = 0; i < ends_.size(); ++i) {
      const std::string_view record = std::string_view(bytes_).substr(begin, ends_[i] - begin);
      begin = ends_[i];
      const ChangeKind kind = batch.kind(static_cast<int64_t>(i));
      if (kind == ChangeKind::kInsert) {
        text += std::string(record) + "\n";
      } else if (format_ == "json") {
        text += "{\"op\":\"" + std::string(ShortName(kind)) + "\",\"row\":" + std::string(record) +
                "}\n";
      } else {
        text += std::string(ShortName(kind)) + "," + std::string(record) + "\n";
      }
    }
    rows_ += ends_.size();
    return application_->env.output->Write(text);
  }

 private:
  const Application* application_;
  std::string format_;
  std::unique_ptr<RecordEncoder> encoder_;
  std::string bytes_;
  std::vector<size_t> ends_;
};

}  // namespace

Result<RowStyle> ChooseRowStyle(const Application& application, bool json,
                                const std::string& name) {
  if (name.empty() && json) return RowStyle::kJson;
  if (name.empty()) return application.output_is_terminal ? RowStyle::kTable : RowStyle::kChangelog;
  if (name == "table") return RowStyle::kTable;
  if (name == "changelog") return RowStyle::kChangelog;
  if (name == "json") return RowStyle::kJson;
  if (name == "csv") return RowStyle::kCsv;
  return UserError("MR0902", "--format takes table, changelog, json or csv, found '" + name + "'");
}

std::unique_ptr<RowWriter> MakeRowWriter(RowStyle style, const Application* application) {
  switch (style) {
    case RowStyle::kTable: return std::make_unique<TableWriter>(application);
    case RowStyle::kJson: return std::make_unique<FormatWriter>(application, "json");
    case RowStyle::kCsv: return std::make_unique<FormatWriter>(application, "csv");
    case RowStyle::kChangelog: break;
  }
  return std::make_unique<ChangelogWriter>(application);
}

}  // namespace millrace
