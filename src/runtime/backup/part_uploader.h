// SPDX-License-Identifier: Apache-2.0
// PartUploader: brings ranges of files into the store, each as an object that is named after what
// it holds, and none that is there already. What was uploaded of a file that only grows is
// remembered, so every byte goes up once. One thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/backup/backup_manifest.h"

namespace millrace {

class PartUploader {
 public:
  /// `stopping`: gives up with an error soon after it is true. Both outlive it.
  PartUploader(ObjectStore* store, const std::atomic<bool>* stopping)
      : store_(store), stopping_(stopping) {}

  /// Objects that the store has.
  void Know(const std::string& object) { stored_.insert(object); }
  void Forget(const std::string& object) { stored_.erase(object); }

  /// The whole of a file that never changes again under this key, or of one that may.
  Result<std::vector<BackupPart>> Whole(const std::string& key, bool immutable, ReadableFile* file);
  /// The first `length` bytes of a file that only grows.
  Result<std::vector<BackupPart>> Growing(const std::string& key, ReadableFile* file,
                                          uint64_t length);
  /// As if it had been asked for.
  void Keep(const std::string& key) {
    if (const auto known = known_.find(key); known != known_.end()) known->second.used = true;
  }
  /// Forgets files that were not asked for since the last call.
  void Sweep();

  uint64_t uploaded_bytes() const { return uploaded_bytes_; }

 private:
  struct Known {
    std::vector<BackupPart> parts;
    uint64_t length = 0;
    bool used = true;
  };
  Result<BackupPart> Upload(ReadableFile* file, uint64_t begin, uint64_t end,
                            const std::string& stem);
  Status Visit(ReadableFile* file, uint64_t begin, uint64_t end,
               const std::function<Status(std::string_view)>& visit) const;

  ObjectStore* store_;
  const std::atomic<bool>* stopping_;
  std::set<std::string> stored_;
  std::map<std::string, Known> known_;  // by key
  uint64_t uploaded_bytes_ = 0;
};

}  // namespace millrace
