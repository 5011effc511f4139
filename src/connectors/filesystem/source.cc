// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/source.h"

#include <arrow/array/array_primitive.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>
#include <regex.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "connectors/filesystem/options.h"
#include "connectors/filesystem/partition_path.h"
#include "connectors/filesystem/random_access.h"
#include "connectors/partition_metadata.h"

namespace millrace {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

Result<uint64_t> ParsePosition(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return InternalError("'" + std::string(text) + "' is no position in a file");
  }
  return value;
}

/// SET 'millrace.table.<t>.skip-lines'; checked when the table was declared.
int64_t SkipLinesOf(const TableContext& table) {
  const auto found = table.extras.find("skip-lines");
  if (found == table.extras.end()) return 0;
  const std::string& text = found->second.text;
  int64_t lines = 0;
  std::from_chars(text.data(), text.data() + text.size(), lines);
  return lines;
}

std::string_view NameOf(std::string_view path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::shared_ptr<arrow::Array> OneText(std::string_view text) {
  arrow::StringBuilder builder;
  std::shared_ptr<arrow::Array> array;
  CHECK(builder.Append(text).ok() && builder.Finish(&array).ok());
  return array;
}

std::shared_ptr<arrow::Array> OneNull() {
  arrow::StringBuilder builder;
  std::shared_ptr<arrow::Array> array;
  CHECK(builder.AppendNull().ok() && builder.Finish(&array).ok());
  return array;
}

std::shared_ptr<arrow::Array> MetadataValue(const std::string& key, const FileInfo& file) {
  std::shared_ptr<arrow::Array> array;
  if (key == "file.path") return OneText(file.path);
  if (key == "file.name") return OneText(NameOf(file.path));
  if (key == "file.size") {
    arrow::Int64Builder builder;
    CHECK(builder.Append(static_cast<int64_t>(file.size)).ok() && builder.Finish(&array).ok());
    return array;
  }
  CHECK_EQ(key, "file.modification-time");
  arrow::TimestampBuilder builder(DataType::TimestampLtz(3).ToArrow(),
                                  arrow::default_memory_pool());
  CHECK(builder.Append(file.modified_ms).ok() && builder.Finish(&array).ok());
  return array;
}

/// The bytes of one file in chunks; what is appended after it was opened is not read.
class ByteReader final : public SplitReader {
 public:
  ByteReader(std::unique_ptr<ReadableFile> file, uint64_t size, int64_t skip_lines,
             std::vector<std::shared_ptr<arrow::Array>> metadata)
      : file_(std::move(file)),
        size_(size),
        skip_lines_(skip_lines),
        metadata_(std::move(metadata)) {}

  Status Seek(std::string_view position) override {
    TRY_ASSIGN(offset_, ParsePosition(position));
    if (offset_ <= size_) return OkStatus();
    return ExternalError(
        "MR0508", "a file has become shorter than what was read of it",
        std::to_string(size_) + " bytes now, " + std::to_string(offset_) + " were read before");
  }

  Result<ReadResult> Read(int64_t) override {
    ReadResult result;
    if (offset_ == 0 && skip_lines_ > 0) TRY(SkipLines());
    if (offset_ >= size_) {
      result.kind = ReadResult::Kind::kEnd;
      return result;
    }
    RawChunk chunk;
    chunk.offset = offset_;
    TRY_ASSIGN(chunk.bytes, ReadBytes(std::min<uint64_t>(kChunkBytes, size_ - offset_)));
    // Cut short meanwhile: what is there is the rest.
    if (chunk.bytes->size() == 0) size_ = offset_;
    offset_ += chunk.bytes->size();
    chunk.end_of_file = offset_ >= size_;
    result.kind = ReadResult::Kind::kData;
    result.data = std::move(chunk);
    result.metadata = metadata_;
    return result;
  }

  std::string Position() const override { return std::to_string(offset_); }
  std::string PositionAt(uint64_t offset) const override { return std::to_string(offset); }

 private:
  /// Moves behind the lines at the start of the file that are no records.
  Status SkipLines() {
    int64_t missing = skip_lines_;
    while (missing > 0 && offset_ < size_) {
      TRY_ASSIGN(const auto bytes, ReadBytes(std::min<uint64_t>(kChunkBytes, size_ - offset_)));
      if (bytes->empty()) return OkStatus();
      size_t behind = 0;
      while (missing > 0 && behind < bytes->size()) {
        const size_t end = bytes->find('\n', behind);
        behind = end == std::string::npos ? bytes->size() : end + 1;
        if (end != std::string::npos) --missing;
      }
      offset_ += behind;
    }
    return OkStatus();
  }

  Result<std::shared_ptr<const std::string>> ReadBytes(size_t size) {
    auto bytes = std::make_shared<std::string>();
    Result<size_t> read = 0;
    bytes->resize_and_overwrite(size + kChunkPadding, [&](char* out, size_t) {
      read = file_->ReadAt(offset_, size, out);
      const size_t got = read.value_or(0);
      std::fill_n(out + got, size + kChunkPadding - got, '\0');
      return got;
    });
    if (!read) return std::unexpected(std::move(read).error());
    return bytes;
  }

  std::unique_ptr<ReadableFile> file_;
  uint64_t size_;
  int64_t skip_lines_;
  uint64_t offset_ = 0;
  std::vector<std::shared_ptr<arrow::Array>> metadata_;
};

/// Hands the file over as a whole, once; the rows already read are skipped by who reads it.
class WholeFileReader final : public SplitReader {
 public:
  WholeFileReader(std::shared_ptr<arrow::io::RandomAccessFile> file,
                  std::vector<std::shared_ptr<arrow::Array>> metadata)
      : file_(std::move(file)), metadata_(std::move(metadata)) {}

  Status Seek(std::string_view position) override {
    TRY_ASSIGN(row_, ParsePosition(position));
    return OkStatus();
  }

  Result<ReadResult> Read(int64_t) override {
    ReadResult result;
    result.kind = file_ == nullptr ? ReadResult::Kind::kEnd : ReadResult::Kind::kData;
    if (file_ != nullptr) {
      result.data = WholeFile{std::move(file_)};
      result.metadata = metadata_;
    }
    return result;
  }

  std::string Position() const override { return std::to_string(row_); }
  std::string PositionAt(uint64_t row) const override { return std::to_string(row); }

 private:
  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  uint64_t row_ = 0;
  std::vector<std::shared_ptr<arrow::Array>> metadata_;
};

class PathPattern {
 public:
  explicit PathPattern(const std::string& pattern) : used_(!pattern.empty()) {
    const std::string whole = "^(" + pattern + ")$";
    if (used_) CHECK_EQ(regcomp(&regex_, whole.c_str(), REG_EXTENDED | REG_NOSUB), 0);
  }
  PathPattern(const PathPattern&) = delete;
  PathPattern& operator=(const PathPattern&) = delete;
  ~PathPattern() {
    if (used_) regfree(&regex_);
  }
  bool Matches(const std::string& path) const {
    return !used_ || regexec(&regex_, path.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  bool used_;
  regex_t regex_{};
};

class FilesystemSource final : public Source {
 public:
  FilesystemSource(const TableContext& table, std::string path)
      : path_(std::move(path)),
        pattern_(table.options.GetString("source.path.regex-pattern")),
        bounded_(!table.options.Has("source.monitor-interval")),
        whole_files_(table.whole_files),
        skip_lines_(SkipLinesOf(table)),
        metadata_keys_(table.metadata_keys),
        partition_keys_(table.partition_keys),
        default_partition_(table.options.GetString("partition.default-name")),
        disk_(table.env.disk) {}

  bool bounded() const override { return bounded_; }

  Result<std::vector<Split>> Discover() override {
    TRY_ASSIGN(const auto root, disk_->Stat(path_));
    if (!root) {
      return ExternalError(
          "MR0507", "'" + path_ + "' does not exist",
          path_.starts_with('/') ? "" : "the path is relative to the working directory");
    }
    std::vector<Split> splits;
    if (!root->directory) {
      splits.push_back({path_, true});
      return splits;
    }
    TRY_ASSIGN(const auto files, disk_->List(path_, true));
    for (const FileInfo& file : files) {
      if (!file.directory && IsVisible(file.path) && pattern_.Matches(file.path) &&
          PartitionOf(file.path).has_value()) {
        splits.push_back({file.path, true});
      }
    }
    std::ranges::sort(splits, {}, &Split::id);
    return splits;
  }

  Result<std::unique_ptr<SplitReader>> Open(const Split& split) override {
    TRY_ASSIGN(const auto info, disk_->Stat(split.id));
    if (!info) return ExternalError("MR0507", "'" + split.id + "' does not exist any more");
    std::vector<std::shared_ptr<arrow::Array>> metadata;
    const auto partition = PartitionOf(split.id);
    for (const std::string& key : metadata_keys_) {
      if (!key.starts_with(kPartitionMetadata)) {
        metadata.push_back(MetadataValue(key, *info));
        continue;
      }
      const auto column = std::ranges::find(partition_keys_, key.substr(kPartitionMetadata.size()));
      CHECK(partition.has_value() && column != partition_keys_.end());
      const auto& value = (*partition)[static_cast<size_t>(column - partition_keys_.begin())];
      metadata.push_back(value ? OneText(*value) : OneNull());
    }
    TRY_ASSIGN(auto file, disk_->OpenForRead(split.id));
    if (whole_files_) {
      return std::make_unique<WholeFileReader>(MakeRandomAccessFile(std::move(file), info->size),
                                               std::move(metadata));
    }
    return std::make_unique<ByteReader>(std::move(file), info->size, skip_lines_,
                                        std::move(metadata));
  }

 private:
  /// The partition of a file; nullopt if a table has partitions and the file is in none.
  std::optional<std::vector<std::optional<std::string>>> PartitionOf(std::string_view path) const {
    path.remove_prefix(std::min(path_.size(), path.size()));
    while (path.starts_with('/')) path.remove_prefix(1);
    return PartitionValuesOf(path, partition_keys_, default_partition_);
  }

  bool IsVisible(std::string_view path) const {
    std::string_view rest = path.substr(std::min(path_.size(), path.size()));
    while (!rest.empty()) {
      if (rest.starts_with('/')) rest.remove_prefix(1);
      if (rest.starts_with('.') || rest.starts_with('_')) return false;
      rest = rest.substr(std::min(rest.find('/'), rest.size()));
    }
    return true;
  }

  std::string path_;
  PathPattern pattern_;
  bool bounded_;
  bool whole_files_;
  int64_t skip_lines_;
  std::vector<std::string> metadata_keys_;
  std::vector<std::string> partition_keys_;
  std::string default_partition_;
  Disk* disk_;
};

}  // namespace

Result<std::unique_ptr<Source>> MakeFilesystemSource(const TableContext& table) {
  TRY_ASSIGN(std::string path, LocalPath(table.options.GetString("path")));
  return std::make_unique<FilesystemSource>(table, std::move(path));
}

}  // namespace millrace
