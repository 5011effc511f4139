// SPDX-License-Identifier: Apache-2.0
#include "operators/io/sink_driver.h"

#include <arrow/api.h>

#include <algorithm>

#include "data/row_format.h"
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

Status SinkDeadLetters::Write(const UndeliveredRow& row) {
  if (fail_) {
    return ExternalError("MR0705", "table '" + std::string(row.table) + "' refuses a row",
                         std::string(row.reason) + "; " + std::string(row.position));
  }
  ++rejected_;
  undelivered_->Add({.table = row.table,
                     .stage = row.stage,
                     .reason = row.reason,
                     .position = row.position,
                     .raw = row.raw});
  return OkStatus();
}

Status SinkDeadLetters::Reject(std::string_view table, std::string_view reason,
                               std::string_view row) {
  if (fail_) {
    return UserError("MR0705", "table '" + std::string(table) + "' cannot take a row",
                     std::string(reason) + "; row " + std::string(row),
                     "SET 'table.exec.sink.not-null-enforcer' = 'DROP' drops such rows");
  }
  ++rejected_;
  letters_->Add({.table = table, .stage = "sink", .reason = reason, .row = row});
  return OkStatus();
}

Result<std::unique_ptr<SinkDriver>> SinkDriver::Make(const SinkNode& node, TableContext base,
                                                     SinkDeadLetters letters, bool drop_nulls,
                                                     const SessionContext* session) {
  auto driver = std::unique_ptr<SinkDriver>(new SinkDriver(letters));
  base.dead_letters = &driver->letters_;
  const Table& table = *node.table();
  const Schema written = table.write_schema();
  driver->schema_ = written;
  driver->table_ = table.name;
  driver->drop_nulls_ = drop_nulls;
  for (size_t i = 0; i < written.size(); ++i) {
    if (!written[i].type.nullable()) driver->not_null_.push_back(i);
  }
  if (table.format != nullptr && !table.format->is_file_format()) {
    TRY_ASSIGN(driver->encoder_, MessageEncoder::Make(table, session));
  }
  // What a file of the table holds: partition columns are in its path only.
  Schema physical;
  for (const Column& column : table.physical_schema()) {
    if (std::ranges::find(table.partition_keys, column.name) == table.partition_keys.end()) {
      physical.Append(column);
    }
  }
  if (table.format != nullptr && table.format->is_file_format()) {
    base.make_file_encoder =
        [format = table.format, options = table.format_options, physical](
            std::shared_ptr<arrow::io::OutputStream> file) -> Result<std::unique_ptr<FileEncoder>> {
      TRY_ASSIGN(auto writer, format->MakeFileWriter(std::move(file), physical, options));
      return std::make_unique<FormatFileEncoder>(std::move(writer));
    };
  }
  TRY_ASSIGN(driver->writer_, table.connector->MakeSink(ContextFor(table, std::move(base), true)));
  return driver;
}

Status SinkDriver::Write(const Batch& batch) {
  for (const size_t column : not_null_) {
    if (batch.columns[column]->null_count() == 0) continue;
    TRY_ASSIGN(const Batch allowed, EnforceNotNull(batch));
    return allowed.num_rows == 0 ? OkStatus() : WriteRows(allowed);
  }
  return WriteRows(batch);
}

Result<Batch> SinkDriver::EnforceNotNull(const Batch& batch) {
  std::vector<int32_t> allowed;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const auto violated = std::ranges::find_if(
        not_null_, [&](size_t column) { return batch.columns[column]->IsNull(row); });
    if (violated == not_null_.end()) {
      allowed.push_back(static_cast<int32_t>(row));
    } else if (drop_nulls_) {
      ++dropped_;
    } else {
      TRY(letters_.Reject(table_,
                          "column '" + schema_[*violated].name + "' is NOT NULL, but is NULL",
                          FormatRow(schema_, batch, row)));
    }
  }
  return batch.Take(allowed);
}

Status SinkDriver::WriteRows(const Batch& batch) {
  if (encoder_ == nullptr) return writer_->Write({.batch = &batch});
  const Batch kept = encoder_->DropOldVersions(batch);
  SinkInput input{.batch = &kept};
  TRY(encoder_->Encode(kept, &input));
  return writer_->Write(input);
}

}  // namespace millrace
