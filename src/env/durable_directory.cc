// SPDX-License-Identifier: Apache-2.0
#include "env/durable_directory.h"

#include <ranges>
#include <vector>

namespace millrace {
namespace {

/// The name of a directory that is there. Whoever made it may have died before the sync. A parent
/// that cannot be read is somebody else's, who made the directory in it.
Status SyncName(Disk* disk, const std::string& path) {
  const std::string parent = ParentDirectory(path);
  if (path == parent) return OkStatus();
  Status synced = disk->SyncDirectory(parent);
  if (!synced && !disk->List(parent, /*recursive=*/false)) return OkStatus();
  return synced;
}

}  // namespace

std::string ParentDirectory(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  const size_t slash = path.find_last_of('/', end);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status CreateDurableDirectory(Disk* disk, const std::string& path) {
  std::vector<std::string> missing;
  std::string present = path;
  while (true) {
    TRY_ASSIGN(const auto found, disk->Stat(present));
    if (found) break;
    missing.push_back(present);
    present = ParentDirectory(present);
    if (present == missing.back() || present == ".") break;
  }
  TRY(SyncName(disk, present));
  for (const std::string& directory : missing | std::views::reverse) {
    TRY(disk->CreateDirectories(directory));
    TRY(disk->SyncDirectory(ParentDirectory(directory)));
  }
  return OkStatus();
}

}  // namespace millrace
