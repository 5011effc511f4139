// SPDX-License-Identifier: Apache-2.0
// Whole-file helpers of Disk, built on its primitives so that every implementation shares them.
#include "env/disk.h"

namespace millrace {
namespace {

std::string ParentOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<std::string> Disk::ReadAll(const std::string& path) {
  TRY_ASSIGN(auto file, OpenForRead(path));
  TRY_ASSIGN(const uint64_t size, file->Size());
  std::string bytes(size, '\0');
  TRY_ASSIGN(const size_t read, file->ReadAt(0, size, bytes.data()));
  bytes.resize(read);
  return bytes;
}

Status Disk::WriteAtomic(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  TRY_ASSIGN(auto file, OpenForAppend(temporary, std::nullopt));
  TRY(file->Append(bytes));
  TRY(file->Sync());
  TRY(file->Close());
  TRY(Rename(temporary, path));
  return SyncDirectory(ParentOf(path));
}

Status Disk::RemoveTree(const std::string& directory) {
  TRY_ASSIGN(const auto present, Stat(directory));
  if (!present) return OkStatus();
  TRY_ASSIGN(auto entries, List(directory, true));
  // Parents are listed before their children; children must go first.
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) TRY(Remove(entry->path));
  return Remove(directory);
}

}  // namespace millrace
