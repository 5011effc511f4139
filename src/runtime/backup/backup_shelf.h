// SPDX-License-Identifier: Apache-2.0
// BackupShelf: the backups of one pipeline in one store, which objects they need, and which may go.
// A manifest goes before what it names, and an object goes only while no manifest names it, so
// whatever a kill leaves, every manifest that is there is whole. One thread, and one process per
// place: two pipelines must not share one.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "env/clock.h"
#include "runtime/backup/part_uploader.h"

namespace millrace {

class BackupShelf {
 public:
  BackupShelf(ObjectStore* store, Clock* clock) : store_(store), clock_(clock) {}

  /// Reads what is there and tells the uploader. A manifest that cannot be read is left alone, and
  /// then no object is removed that this process has not written.
  Status Load(PartUploader* uploader);
  uint64_t next_sequence() const { return next_sequence_; }
  /// Writes it as the newest one.
  Status Add(const BackupManifest& manifest);
  /// Removes all but the newest `retained` and what only they needed, and what nobody ever needed
  /// that is older than `age_ms`.
  Status Trim(size_t retained, int64_t age_ms, PartUploader* uploader);

 private:
  using Objects = std::set<std::string>;
  static Objects ObjectsOf(const BackupManifest& manifest);
  bool Needed(const std::string& object) const;
  Status RemoveObject(const std::string& object, PartUploader* uploader);

  ObjectStore* store_;
  Clock* clock_;
  uint64_t next_sequence_ = 1;
  std::map<std::string, Objects> backups_;  // by the manifest's name, the oldest first
  bool knows_all_ = true;
  std::vector<ObjectInfo> strays_;  // no manifest named them when they were listed
};

}  // namespace millrace
