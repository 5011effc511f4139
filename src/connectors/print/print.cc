// SPDX-License-Identifier: Apache-2.0
#include "connectors/print/print.h"

#include "base/check.h"
#include "data/row_format.h"

namespace millrace {
namespace {

/// Shows a batch with one write, so rows appear at once and lines stay whole. Rows are shown when
/// they come, also those of an epoch that a crash takes back, as Flink does.
class PrintSink final : public SinkWriter {
 public:
  PrintSink(Schema schema, std::string prefix, LineWriter* out)
      : schema_(std::move(schema)), prefix_(std::move(prefix)), out_(out) {}

  Status Restore(std::string_view) override { return OkStatus(); }

  Status Write(const SinkInput& input) override {
    lines_.clear();
    for (int64_t row = 0; row < input.batch->num_rows; ++row) {
      lines_ += prefix_;
      lines_ += FormatRow(schema_, *input.batch, row);
      lines_ += '\n';
    }
    return lines_.empty() ? OkStatus() : out_->Write(lines_);
  }

  Result<std::string> Prepare(uint64_t) override { return std::string(); }
  Status Commit(uint64_t) override { return OkStatus(); }

 private:
  Schema schema_;
  std::string prefix_;
  LineWriter* out_;
  std::string lines_;
};

class PrintConnector final : public Connector {
 public:
  std::string_view name() const override { return "print"; }
  std::string_view summary() const override {
    return "Writes each row to standard output, as Flink shows it.";
  }
  std::vector<OptionSpec> options() const override {
    return {{.key = "print-identifier", .help = "Written before each row, with '> ' behind it."},
            {.key = "standard-error",
             .type = OptionType::kBoolean,
             .default_value = "false",
             .help = "Write to standard error instead of standard output."},
            {.key = "sink.parallelism",
             .type = OptionType::kInt,
             .help = "Accepted for Flink; the pipeline's parallelism counts."}};
  }
  bool can_read() const override { return false; }
  bool can_write() const override { return true; }
  bool needs_format() const override { return false; }
  SinkTraits sink_traits() const override { return {.accepts = ChangelogMode::All()}; }
  Status Check(const TableContext&, bool) const override { return OkStatus(); }

  Result<std::unique_ptr<SinkWriter>> MakeSink(const TableContext& table) const override {
    const std::string identifier = table.options.GetString("print-identifier");
    LineWriter* out =
        table.options.GetBoolean("standard-error") ? table.env.error : table.env.output;
    CHECK(out != nullptr);
    return std::make_unique<PrintSink>(table.schema, identifier.empty() ? "" : identifier + "> ",
                                       out);
  }
};

}  // namespace

std::unique_ptr<Connector> MakePrintConnector() { return std::make_unique<PrintConnector>(); }

}  // namespace millrace
