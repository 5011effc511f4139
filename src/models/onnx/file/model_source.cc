// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/file/model_source.h"

#include <openssl/sha.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

std::string_view FileName(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

/// 3 for "3" (a directory) and for "3.onnx" (a file).
std::optional<uint64_t> VersionOf(const FileInfo& entry) {
  std::string_view name = FileName(entry.path);
  if (!entry.directory) {
    if (!name.ends_with(".onnx")) return std::nullopt;
    name.remove_suffix(5);
  }
  uint64_t version = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), version);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return version;
}

Result<std::string> FileInVersion(const std::string& directory, Disk* disk) {
  TRY_ASSIGN(const std::vector<FileInfo> entries, disk->List(directory, false));
  std::vector<std::string> files;
  for (const FileInfo& entry : entries) {
    if (entry.directory || !entry.path.ends_with(".onnx")) continue;
    if (FileName(entry.path) == "model.onnx") return entry.path;
    files.push_back(entry.path);
  }
  if (files.size() == 1) return files.front();
  return UserError("MR0605",
                   files.empty() ? "no .onnx file in '" + directory + "'"
                                 : "several .onnx files in '" + directory + "'",
                   "", "Put the model there as model.onnx.");
}

struct Location {
  std::string path;
  std::string version;  // empty: by content
};

Result<Location> Locate(const std::string& path, Disk* disk) {
  TRY_ASSIGN(const std::optional<FileInfo> info, disk->Stat(path));
  if (!info) {
    return UserError("MR0605", "model file '" + path + "' does not exist", "",
                     "Relative paths are relative to the working directory.");
  }
  if (!info->directory) return Location{path, ""};
  TRY_ASSIGN(const std::vector<FileInfo> entries, disk->List(path, false));
  const FileInfo* newest = nullptr;
  uint64_t highest = 0;
  for (const FileInfo& entry : entries) {
    const auto version = VersionOf(entry);
    if (!version || (newest != nullptr && *version < highest)) continue;
    newest = &entry;
    highest = *version;
  }
  if (newest == nullptr) {
    return UserError("MR0605", "model directory '" + path + "' has no numeric version", "",
                     "Use '" + path + "/1/model.onnx', or let 'path' name a file.");
  }
  if (!newest->directory) return Location{newest->path, std::to_string(highest)};
  TRY_ASSIGN(std::string file, FileInVersion(newest->path, disk));
  return Location{std::move(file), std::to_string(highest)};
}

std::string ContentVersion(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string text;
  for (size_t i = 0; i < 6; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

}  // namespace

Result<OnnxModelSource> ReadOnnxModel(const std::string& path, const Environment& env) {
  TRY_ASSIGN(Location location, Locate(path, env.disk));
  TRY_ASSIGN(const std::optional<FileInfo> info, env.disk->Stat(location.path));
  if (info && info->size > kOnnxFileBytesMax) {
    return UserError("MR0605", "model file '" + location.path + "' is larger than 2 GiB");
  }
  auto bytes = env.disk->ReadAll(location.path);
  if (!bytes) {
    Error error = std::move(bytes).error();
    return UserError("MR0605", "model file '" + location.path + "' cannot be read", error.message);
  }
  auto file = ParseOnnxModel(*bytes);
  if (!file) {
    Error error = std::move(file).error();
    error.message = "model file '" + location.path + "': " + error.message;
    return std::unexpected(std::move(error));
  }
  if (location.version.empty()) location.version = ContentVersion(*bytes);
  return OnnxModelSource{std::move(location.path), std::move(location.version), *std::move(bytes),
                         *std::move(file)};
}

}  // namespace millrace
