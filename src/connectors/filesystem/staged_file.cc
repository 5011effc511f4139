// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/staged_file.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <cstring>
#include <utility>

#include "base/mutant.h"

namespace millrace {
namespace {

std::unexpected<Error> FromArrow(const arrow::Status& status, const std::string& path) {
  return ExternalError("MR0801", "could not write '" + path + "'", status.ToString());
}

/// A file of the Disk seam as Arrow's OutputStream.
class DiskOutputStream final : public arrow::io::OutputStream {
 public:
  explicit DiskOutputStream(WritableFile* file) : file_(file) {}
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return static_cast<int64_t>(file_->size()); }
  arrow::Status Write(const void* data, int64_t size) override {
    const auto status = file_->Append({static_cast<const char*>(data), static_cast<size_t>(size)});
    return status ? arrow::Status::OK() : arrow::Status::IOError(status.error().ToString());
  }

 private:
  WritableFile* file_;
  bool closed_ = false;
};

/// Reads back what AppendBatch wrote.
class StagedBatches {
 public:
  StagedBatches(std::unique_ptr<ReadableFile> file, uint64_t size,
                std::shared_ptr<arrow::Schema> schema)
      : file_(std::move(file)), size_(size), schema_(std::move(schema)) {}

  /// A batch without rows is the end.
  Result<Batch> Next(const std::string& path) {
    Batch batch;
    if (at_ >= size_) return batch;
    uint32_t length = 0;
    TRY_ASSIGN(const size_t head,
               file_->ReadAt(at_, sizeof length, reinterpret_cast<char*>(&length)));
    auto bytes = arrow::AllocateBuffer(length);
    if (!bytes.ok()) return FromArrow(bytes.status(), path);
    TRY_ASSIGN(const size_t body, file_->ReadAt(at_ + sizeof length, length,
                                                reinterpret_cast<char*>((*bytes)->mutable_data())));
    if (head != sizeof length || body != length) {
      return ExternalError("MR0801", "'" + path + "' is shorter than it was");
    }
    at_ += sizeof length + length;
    arrow::io::BufferReader reader(std::shared_ptr<arrow::Buffer>(std::move(*bytes)));
    auto records = arrow::ipc::ReadRecordBatch(schema_, &memo_,
                                               arrow::ipc::IpcReadOptions::Defaults(), &reader);
    if (!records.ok()) return FromArrow(records.status(), path);
    batch.num_rows = (*records)->num_rows();
    batch.columns = (*records)->columns();
    return batch;
  }

 private:
  std::unique_ptr<ReadableFile> file_;
  uint64_t size_;
  std::shared_ptr<arrow::Schema> schema_;
  arrow::ipc::DictionaryMemo memo_;
  uint64_t at_ = 0;
};

std::shared_ptr<arrow::Schema> SchemaOf(const Batch& batch) {
  arrow::FieldVector fields;
  for (const auto& column : batch.columns) fields.push_back(arrow::field("", column->type()));
  return arrow::schema(std::move(fields));
}

}  // namespace

Result<std::unique_ptr<StagedFile>> StagedFile::Open(Disk* disk, StagedNames names,
                                                     std::optional<uint64_t> keep) {
  TRY(disk->CreateDirectories(names.directory));
  TRY_ASSIGN(auto file, disk->OpenForAppend(names.staging, keep));
  auto staged = std::unique_ptr<StagedFile>(
      new StagedFile(disk, std::move(names), std::move(file), !keep.has_value()));
  staged->dirty_ = keep.has_value();  // what was cut off must not come back under the final name
  return staged;
}

Status StagedFile::Append(std::string_view bytes) {
  dirty_ = true;
  return file_->Append(bytes);
}

Status StagedFile::AppendBatch(const Batch& batch) {
  const auto records = arrow::RecordBatch::Make(SchemaOf(batch), batch.num_rows, batch.columns);
  auto message =
      arrow::ipc::SerializeRecordBatch(*records, arrow::ipc::IpcWriteOptions::Defaults());
  if (!message.ok()) return FromArrow(message.status(), names_.staging);
  const auto length = static_cast<uint32_t>((*message)->size());
  TRY(Append({reinterpret_cast<const char*>(&length), sizeof length}));
  return Append(std::string_view(**message));
}

Status StagedFile::BeginSync(Executor* executor) {
  const bool file = std::exchange(dirty_, false);
  const bool directories = std::exchange(directory_dirty_, false);
  if (!file && !directories) return OkStatus();
  return sync_.Start(executor, [this, file, directories]() -> Status {
    if (file && !MUTANT("staged-file-not-synced")) TRY(file_->Sync());
    return directories && !MUTANT("staged-name-not-synced") ? SyncDirectories() : OkStatus();
  });
}

Status StagedFile::SyncDirectories() const {
  std::string directory = names_.directory;
  for (int level = 0; level <= names_.levels; ++level) {
    TRY(disk_->SyncDirectory(directory));
    const size_t slash = directory.rfind('/');
    directory = slash == std::string::npos ? "." : slash == 0 ? "/" : directory.substr(0, slash);
  }
  return OkStatus();
}

Status StagedFile::Complete(const TableContext& table, const Schema& file_schema) {
  TRY(sync_.Wait());
  TRY(BeginSync(nullptr));
  TRY(file_->Close());
  return table.make_file_encoder ? Convert(table, file_schema) : OkStatus();
}

Status StagedFile::Convert(const TableContext& table, const Schema& file_schema) {
  TRY_ASSIGN(auto staged, disk_->OpenForRead(names_.staging));
  StagedBatches batches(std::move(staged), file_->size(), file_schema.ToArrow());
  TRY_ASSIGN(auto out, disk_->OpenForAppend(names_.converted, std::nullopt));
  TRY_ASSIGN(auto encoder, table.make_file_encoder(std::make_shared<DiskOutputStream>(out.get())));
  while (true) {
    TRY_ASSIGN(const Batch batch, batches.Next(names_.staging));
    if (batch.num_rows == 0) break;
    TRY(encoder->Write(batch));
  }
  TRY(encoder->Finish());
  TRY(out->Sync());
  TRY(out->Close());
  return disk_->SyncDirectory(names_.directory);
}

Status StagedFile::Publish(Disk* disk, const StagedNames& names, uint64_t length, bool converted) {
  const std::string& from = converted ? names.converted : names.staging;
  TRY_ASSIGN(const auto present, disk->Stat(from));
  const bool whole = present && (converted || present->size == length);
  if (whole) {
    TRY(disk->Rename(from, names.final_name));
    if (!MUTANT("rename-not-synced")) TRY(disk->SyncDirectory(names.directory));
  } else {
    TRY_ASSIGN(const auto published, disk->Stat(names.final_name));
    if (!published) {
      return ExternalError("MR0801",
                           "the staged file '" + from + "' is " + (present ? "not whole" : "gone"),
                           "rows that were reported as written are lost");
    }
  }
  return converted || (present && !whole) ? disk->Remove(names.staging) : OkStatus();
}

}  // namespace millrace
