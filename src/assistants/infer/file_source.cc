// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/file_source.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>

#include <algorithm>

#include "formats/file_schema.h"

namespace millrace {
namespace {

constexpr std::string_view kParquetMagic = "PAR1";
constexpr size_t kFilesMax = 16;
constexpr uint64_t kWholeFileMax = 512u << 20;
constexpr size_t kBinaryLook = 4096;

bool IsVisible(std::string_view path, std::string_view root) {
  std::string_view rest = path.substr(std::min(root.size(), path.size()));
  while (!rest.empty()) {
    if (rest.starts_with('/')) rest.remove_prefix(1);
    if (rest.starts_with('.') || rest.starts_with('_')) return false;
    rest = rest.substr(std::min(rest.find('/'), rest.size()));
  }
  return true;
}

Result<std::vector<FileInfo>> FindFiles(const std::string& path, const Environment& env) {
  TRY_ASSIGN(const auto root, env.disk->Stat(path));
  if (!root) {
    return ExternalError(
        "MR0507", "'" + path + "' does not exist",
        path.starts_with('/') ? "" : "the path is relative to the working directory");
  }
  if (!root->directory) return std::vector<FileInfo>{*root};
  TRY_ASSIGN(std::vector<FileInfo> files, env.disk->List(path, /*recursive=*/true));
  std::erase_if(files, [&](const FileInfo& file) {
    return file.directory || file.size == 0 || !IsVisible(file.path, path);
  });
  std::ranges::sort(files, {}, &FileInfo::path);
  if (files.size() > kFilesMax) files.resize(kFilesMax);
  return files;
}

Result<std::string> ReadStart(const FileInfo& info, size_t bytes_max, const Environment& env) {
  TRY_ASSIGN(const auto file, env.disk->OpenForRead(info.path));
  std::string bytes(std::min<uint64_t>(info.size, bytes_max), '\0');
  TRY_ASSIGN(const size_t got, file->ReadAt(0, bytes.size(), bytes.data()));
  bytes.resize(got);
  return bytes;
}

Status CheckText(std::string_view bytes, const std::string& path) {
  if (bytes.substr(0, kBinaryLook).find('\0') == std::string_view::npos) return OkStatus();
  return UserError("MR0904", path + " is not text and no file format that is known",
                   "there are zero bytes in it", "unpack a compressed file first");
}

/// Only complete lines; a first line that is the same in all files is their header.
void AppendLines(std::string_view bytes, bool whole, std::string_view header, std::string* out) {
  if (!whole) bytes = bytes.substr(0, bytes.rfind('\n') + 1);
  const bool follows = !out->empty();
  if (follows && !header.empty() && bytes.starts_with(header)) bytes.remove_prefix(header.size());
  out->append(bytes);
  if (!out->ends_with('\n')) *out += '\n';
}

std::string_view FirstLine(std::string_view bytes) {
  const size_t end = bytes.find('\n');
  return end == std::string_view::npos ? std::string_view() : bytes.substr(0, end + 1);
}

Result<InferSource> OpenWholeFile(InferSource source, const FileInfo& info,
                                  const SampleLimits& limits, const Environment& env,
                                  const FormatRegistry& formats) {
  source.file_format = formats.Find("parquet");
  if (source.file_format == nullptr) {
    return UserError("MR0504", info.path + " is a parquet file, and there is no such format here");
  }
  if (info.size > kWholeFileMax) {
    return UserError("MR0904", info.path + " is too large to be looked at as a whole",
                     std::to_string(info.size) + " bytes", "name a smaller file of the same form");
  }
  TRY_ASSIGN(std::string bytes, ReadStart(info, info.size, env));
  source.file =
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes)));
  source.rows_max = limits.records_max;
  return source;
}

/// JSON over several lines is no file that a table reads: says how to make one.
void AdviseLines(const std::string& path, InferSource* source) {
  if (!source->samples.over_lines) return;
  const size_t slash = path.find_last_of('/');
  const size_t dot = path.find_last_of('.');
  const bool extension = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  const std::string lines = (extension ? path.substr(0, dot) : path) + ".jsonl";
  const bool array = source->samples.shape == "a JSON array";
  source->notes.push_back("A table reads one record per line. Make such a file with: jq -c '" +
                          std::string(array ? ".[]" : ".") + "' " + path + " > " + lines);
  for (auto& [key, value] : source->connector) {
    if (key == "path") value = lines;
  }
}

}  // namespace

Result<InferSource> OpenFileSource(const std::string& path, const SampleLimits& limits,
                                   const Environment& env, const FormatRegistry& formats) {
  TRY_ASSIGN(const std::vector<FileInfo> files, FindFiles(path, env));
  if (files.empty()) return UserError("MR0904", "there is no file with data in '" + path + "'");
  InferSource source;
  source.table = TableNameFrom(path);
  source.title = path;
  source.connector = {{"connector", "filesystem"}, {"path", path}};
  TRY_ASSIGN(const std::string start, ReadStart(files[0], kBinaryLook, env));
  if (start.starts_with(kParquetMagic)) {
    return OpenWholeFile(std::move(source), files[0], limits, env, formats);
  }
  std::string all;
  std::vector<size_t> ends;
  bool complete = true;
  std::string header;
  const size_t share = std::max<size_t>(limits.bytes_max / files.size(), kBinaryLook);
  for (const FileInfo& info : files) {
    TRY_ASSIGN(const std::string bytes, ReadStart(info, share, env));
    TRY(CheckText(bytes, info.path));
    const bool whole = bytes.size() >= info.size;
    if (files.size() == 1) {
      source.samples = ReadSamples(bytes, whole, limits);
      AdviseLines(path, &source);
      return source;
    }
    complete = complete && whole;
    AppendLines(bytes, whole, header, &all);
    ends.push_back(all.size());
    if (header.empty()) header = FirstLine(bytes);
  }
  SampleLimits together = limits;
  together.bytes_max = all.size();
  source.samples = ReadSamples(all, /*whole=*/true, together);
  source.samples.cut = source.samples.cut || !complete;
  source.samples.over_lines = false;
  SetGroups(ends, &source.samples);
  return source;
}

Result<InferSource> OpenPipeSource(std::string_view bytes, bool whole, const SampleLimits& limits) {
  TRY(CheckText(bytes, "standard input"));
  InferSource source;
  source.table = "input";
  source.title = "standard input";
  source.samples = ReadSamples(bytes, whole, limits);
  const std::string path = source.samples.format == "csv" ? "input.csv" : "input.jsonl";
  source.connector = {{"connector", "filesystem"},
                      {"path", source.samples.format == "raw" ? "input.txt" : path}};
  source.notes.emplace_back("Standard input has no name: say in 'path' where the data is.");
  return source;
}

}  // namespace millrace
