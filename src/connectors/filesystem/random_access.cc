// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/random_access.h"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>

#include <algorithm>
#include <mutex>

namespace millrace {
namespace {

class DiskFile final : public arrow::io::RandomAccessFile {
 public:
  DiskFile(std::unique_ptr<ReadableFile> file, uint64_t size)
      : file_(std::move(file)), size_(static_cast<int64_t>(size)) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> GetSize() override { return size_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }

  arrow::Result<int64_t> ReadAt(int64_t position, int64_t size, void* out) override {
    if (position < 0 || size < 0) return arrow::Status::Invalid("negative position or size");
    const int64_t count = std::max<int64_t>(0, std::min(size, size_ - position));
    auto read = file_->ReadAt(static_cast<uint64_t>(position), static_cast<size_t>(count),
                              static_cast<char*>(out));
    if (!read) return arrow::Status::IOError(read.error().ToString());
    return static_cast<int64_t>(*read);
  }

  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t size) override {
    if (position < 0 || size < 0) return arrow::Status::Invalid("negative position or size");
    const int64_t count = std::max<int64_t>(0, std::min(size, size_ - position));
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(count));
    ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position, count, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(read, false));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

  arrow::Result<int64_t> Read(int64_t size, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position_, size, out));
    position_ += read;
    return read;
  }

  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, size));
    position_ += buffer->size();
    return buffer;
  }

 private:
  std::unique_ptr<ReadableFile> file_;
  int64_t size_;
  int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<arrow::io::RandomAccessFile> MakeRandomAccessFile(
    std::unique_ptr<ReadableFile> file, uint64_t size) {
  return std::make_shared<DiskFile>(std::move(file), size);
}

}  // namespace millrace
