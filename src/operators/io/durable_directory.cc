// SPDX-License-Identifier: Apache-2.0
#include "operators/io/durable_directory.h"

#include <vector>

namespace millrace {

std::string ParentDirectory(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status CreateDurableDirectory(Disk* disk, const std::string& path) {
  std::vector<std::string> missing;
  for (std::string at = path; at != "." && at != "/"; at = ParentDirectory(at)) {
    TRY_ASSIGN(const auto info, disk->Stat(at));
    if (info) break;
    missing.push_back(at);
  }
  TRY(disk->CreateDirectories(path));
  for (const std::string& directory : missing) TRY(disk->SyncDirectory(ParentDirectory(directory)));
  return OkStatus();
}

}  // namespace millrace
