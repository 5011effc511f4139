// SPDX-License-Identifier: Apache-2.0
// BackupManifest: what one backup of a data directory consists of. It is the object written last,
// so a backup whose manifest is there is whole. A file is the concatenation of its parts; parts are
// objects that several backups share, and whose names say what they hold.
//
//   backups/<sequence, 10 digits>-epoch-<epoch>.json
//   objects/<what>-<sum>
//
// docs/internals/backups.md has the format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "env/object_store.h"

namespace millrace {

struct BackupPart {
  std::string object;
  uint64_t size = 0;
  std::string sum;  // BackupSum of its bytes
  bool operator==(const BackupPart&) const = default;
};

struct BackupFile {
  std::string path;
  bool outside = false;  // else the path is below the data directory
  std::vector<BackupPart> parts;

  uint64_t size() const;
  bool operator==(const BackupFile&) const = default;
};

struct BackupManifest {
  std::string pipeline;
  uint64_t sequence = 0;  // of the backups in one place
  uint64_t epoch = 0;     // a run that starts from it is behind this one
  uint64_t created_ms = 0;
  std::vector<BackupFile> files;

  uint64_t bytes() const;
  std::string name() const;
  std::string ToJson() const;
  /// MR0843: damaged, or of a later version.
  static Result<BackupManifest> FromJson(std::string_view text);
};

/// All whose manifests are there, the oldest first. Without reading them.
Result<std::vector<std::string>> ListBackups(ObjectStore* store);
/// 0 if it is not the name of one.
uint64_t SequenceOfBackup(std::string_view name);

/// The sum of bytes that come in pieces.
class BackupSum {
 public:
  void Add(std::string_view bytes);
  /// 16 hexadecimal digits.
  std::string Finish();

 private:
  void Fold();

  std::string piece_;  // of 1 MiB at most
  std::string sums_;
};

}  // namespace millrace
