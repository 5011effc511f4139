// SPDX-License-Identifier: Apache-2.0
#include "random/engine/query_session.h"

#include <filesystem>

#include "base/check.h"
#include "support/sql_session.h"

namespace millrace {

FilesByPath ReadFiles(const std::string& folder) {
  FilesByPath files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files[entry.path().string()] = ReadTextFile(entry.path().string());
  }
  return files;
}

void WriteFiles(const FilesByPath& files, Disk* disk) {
  for (const auto& [path, bytes] : files) {
    const std::string folder = path.substr(0, path.rfind('/'));
    CHECK(disk->CreateDirectories(folder).has_value());
    CHECK(disk->WriteAtomic(path, bytes).has_value());
    for (size_t end = folder.find('/', 1); end != std::string::npos;
         end = folder.find('/', end + 1)) {
      CHECK(disk->SyncDirectory(folder.substr(0, end)).has_value());
    }
  }
}

QuerySession::QuerySession(const FilesByPath& files) {
  WriteFiles(files, &disk_);
  RegisterBuiltinConnectors(&connectors_);
  RegisterBuiltinFormats(&formats_);
  RegisterBuiltinModelBackends(&models_);
  Reset();
}

void QuerySession::Reset() {
  CompilerOptions options;
  options.registries = {&BuiltinFunctions(), &BuiltinAggregates(), &connectors_, &formats_,
                        &models_};
  options.env.clock = &clock_;
  options.env.disk = &disk_;
  options.overrides = {{"millrace.on-row-error", "fail"}};
  compiler_ = std::make_unique<Compiler>(std::move(options));
}

}  // namespace millrace
