// SPDX-License-Identifier: Apache-2.0
#include "env/durable_directory.h"

#include <vector>

namespace millrace {

std::string ParentDirectory(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  const size_t slash = path.find_last_of('/', end);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status CreateDurableDirectory(Disk* disk, const std::string& path) {
  std::vector<std::string> parents;  // of what is missing
  std::string missing = path;
  while (true) {
    TRY_ASSIGN(const auto present, disk->Stat(missing));
    if (present) break;
    parents.push_back(ParentDirectory(missing));
    if (parents.back() == missing || parents.back() == ".") break;
    missing = parents.back();
  }
  if (parents.empty()) return OkStatus();
  TRY(disk->CreateDirectories(path));
  for (const std::string& parent : parents) TRY(disk->SyncDirectory(parent));
  return OkStatus();
}

}  // namespace millrace
