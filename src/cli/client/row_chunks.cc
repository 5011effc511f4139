// SPDX-License-Identifier: Apache-2.0
#include "cli/client/row_chunks.h"

#include <utility>

namespace millrace {
namespace {

constexpr size_t kReadBytes = 256 << 10;

class FileInput final : public ByteInput {
 public:
  explicit FileInput(std::unique_ptr<ReadableFile> file) : file_(std::move(file)) {}

  Result<Got> Read(size_t size, int64_t, std::string* out) override {
    const size_t before = out->size();
    Result<size_t> read = 0;
    out->resize_and_overwrite(before + size, [&](char* text, size_t) {
      read = file_->ReadAt(at_, size, text + before);
      return before + read.value_or(0);
    });
    if (!read) return std::unexpected(std::move(read).error());
    at_ += *read;
    return *read == 0 ? Got::kEnd : Got::kBytes;
  }

 private:
  std::unique_ptr<ReadableFile> file_;
  uint64_t at_ = 0;
};

}  // namespace

Result<std::unique_ptr<ByteInput>> OpenFileInput(Disk* disk, const std::string& path) {
  TRY_ASSIGN(auto file, disk->OpenForRead(path));
  return std::make_unique<FileInput>(std::move(file));
}

/// Looks for ends of rows until a limit is reached.
void RowChunks::Scan() {
  while (scanned_ < text_.size() && lines_ < limits_.lines) {
    const char c = text_[scanned_++];
    if (quoted_ && c == '"') in_quotes_ = !in_quotes_;  // a doubled quote changes it twice
    if (c != '\n' || in_quotes_) continue;
    if (scanned_ > limits_.bytes && complete_ > 0) {
      --scanned_;
      return;
    }
    complete_ = scanned_;
    ++lines_;
    if (complete_ >= limits_.bytes) return;
  }
}

RowChunk RowChunks::Take() {
  RowChunk chunk{.rows = text_.substr(0, complete_), .first = next_};
  text_.erase(0, complete_);
  scanned_ -= complete_;
  next_ += lines_;
  complete_ = 0;
  lines_ = 0;
  return chunk;
}

Result<RowChunk> RowChunks::Next(int64_t wait_ms) {
  while (true) {
    Scan();
    // What has come goes out at once; only bytes that are already there are waited for.
    const bool full = lines_ == limits_.lines || scanned_ < text_.size();
    if (full && complete_ > 0) return Take();
    ByteInput::Got got = ByteInput::Got::kEnd;
    if (!ended_) {
      TRY_ASSIGN(got, input_->Read(kReadBytes, complete_ > 0 ? 0 : wait_ms, &text_));
    }
    if (got == ByteInput::Got::kBytes) continue;
    ended_ = got == ByteInput::Got::kEnd;
    if (ended_ && complete_ < text_.size()) {  // a last row without a line break
      if (complete_ > 0) return Take();
      complete_ = scanned_ = text_.size();
      lines_ = 1;
    }
    RowChunk chunk = Take();
    chunk.last = ended_ && text_.empty();
    return chunk;
  }
}

}  // namespace millrace
