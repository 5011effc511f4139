// SPDX-License-Identifier: Apache-2.0
#include "operators/io/sink_driver.h"

#include "operators/io/scan_driver.h"

namespace millrace {
namespace {

/// A format's file writer as connectors see it.
class FormatFileEncoder final : public FileEncoder {
 public:
  explicit FormatFileEncoder(std::unique_ptr<FileWriter> writer) : writer_(std::move(writer)) {}
  Status Write(const Batch& batch) override { return writer_->Write(batch); }
  Status Finish() override { return writer_->Finish(); }
  uint64_t bytes_written() const override { return writer_->bytes_written(); }

 private:
  std::unique_ptr<FileWriter> writer_;
};

}  // namespace

Result<std::unique_ptr<SinkDriver>> SinkDriver::Make(const SinkNode& node, TableContext base) {
  auto driver = std::unique_ptr<SinkDriver>(new SinkDriver());
  const Table& table = *node.table();
  const Schema written = table.write_schema();
  const Schema physical = table.physical_schema();
  if (table.format != nullptr && !table.format->is_file_format()) {
    TRY_ASSIGN(driver->encoder_, table.format->MakeEncoder(physical, table.format_options));
    if (physical.size() != written.size()) {
      for (const Column& column : physical) {
        driver->physical_.push_back(static_cast<int>(*written.Find(column.name)));
      }
    }
  }
  if (table.format != nullptr && table.format->is_file_format()) {
    base.make_file_encoder = [format = table.format, options = table.format_options,
                              physical](std::shared_ptr<arrow::io::OutputStream> file)
        -> Result<std::unique_ptr<FileEncoder>> {
      TRY_ASSIGN(auto writer, format->MakeFileWriter(std::move(file), physical, options));
      return std::make_unique<FormatFileEncoder>(std::move(writer));
    };
  }
  TRY_ASSIGN(driver->writer_, table.connector->MakeSink(ContextFor(table, std::move(base), true)));
  return driver;
}

Status SinkDriver::Write(const Batch& batch) {
  SinkInput input{.batch = &batch};
  if (encoder_ != nullptr) {
    bytes_.clear();
    ends_.clear();
    if (physical_.empty()) {
      TRY(encoder_->Encode(batch, &bytes_, &ends_));
    } else {
      std::vector<std::shared_ptr<arrow::Array>> columns;
      for (const int column : physical_) {
        columns.push_back(batch.columns[static_cast<size_t>(column)]);
      }
      TRY(encoder_->Encode(batch.WithColumns(std::move(columns)), &bytes_, &ends_));
    }
    input.bytes = bytes_;
    input.ends = ends_;
    input.delimiter = encoder_->delimiter();
  }
  return writer_->Write(input);
}

}  // namespace millrace
