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

Result<std::unique_ptr<OutboxTable>> MakeOutbox(const TableContext& table) {
  uint64_t bytes_max = kOutboxBytesDefault;
  if (const auto set = table.extras.find("outbox.max-bytes"); set != table.extras.end()) {
    const auto parsed = ParseMemorySize(set->second.text);
    if (!parsed || *parsed == 0) {
      return UserError("MR0503",
                       "bad value for 'millrace.table." + table.table + ".outbox.max-bytes'",
                       "'" + set->second.text + "' is no size", "write '256 MB'");
    }
    bytes_max = *parsed;
  }
  return std::make_unique<OutboxTable>(OutboxTable::Settings{
      .shard = table.shard, .bytes_max = bytes_max, .clock = table.env.clock});
}

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
                     .key = row.key,
                     .raw = row.raw,
                     .attempts = row.attempts});
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
                                                     const SessionContext* session,
                                                     StateStore* state) {
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
  TableContext context = ContextFor(table, std::move(base), true);
  if (table.connector->uses_outbox(context)) {
    TRY_ASSIGN(driver->outbox_, MakeOutbox(context));
    driver->letters_.JoinEpochs();
    context.outbox = driver->outbox_.get();
    if (state != nullptr) state->Register(driver->outbox_.get());
    if (context.shard == 0 && !context.data_dir.empty()) driver->replays_.emplace(context);
  }
  TRY_ASSIGN(driver->writer_, table.connector->MakeSink(context));
  return driver;
}

Result<std::string> SinkDriver::Prepare(uint64_t epoch) {
  TRY_ASSIGN(std::string state, writer_->Prepare(epoch));
  TRY(replay_failure_);
  if (outbox_ != nullptr) outbox_->OnBarrier(epoch);
  if (replays_) replays_->OnBarrier(epoch);
  return state;
}

Status SinkDriver::Commit(uint64_t epoch) {
  if (outbox_ != nullptr) outbox_->OnDecided(epoch);
  if (replays_) {
    TRY(replays_->OnDecided(epoch));
  }
  return writer_->Commit(epoch);
}

int64_t SinkDriver::Tend() {
  const int64_t due = writer_->Tend();
  if (!replays_) return due;
  const Result<int64_t> look = replays_->Look(outbox_.get());
  if (!look) {
    replay_failure_ = std::unexpected(look.error());  // of the next epoch
    replays_.reset();
    return due;
  }
  return std::min(due, *look);
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
