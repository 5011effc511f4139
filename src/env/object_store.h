// SPDX-License-Identifier: Apache-2.0
// ObjectStore: whole objects under names with slashes, as S3 has them: there is no rename, no
// append, and an object is seen only when all of it is there. Implementations: a directory
// (env/disk_object_store.h) and S3 (state/object_store).
//
// Thread-safe, but a writer belongs to one thread. Errors are MR08xx, domain external.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "env/disk.h"

namespace millrace {

struct ObjectInfo {
  std::string name;  // the whole of it, below the store's root
  uint64_t size = 0;
  int64_t modified_ms = 0;
  bool directory = false;  // names go on below it
  bool partial = false;    // what a writer left that never came to its end
};

/// Destroyed before Finish: no object has appeared.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual Status Append(std::string_view bytes) = 0;
  /// The object is there, durably, with all that was appended.
  virtual Status Finish() = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  /// Replaces an object of that name, at once.
  virtual Result<std::unique_ptr<ObjectWriter>> Write(const std::string& name) = 0;
  virtual Result<std::unique_ptr<ReadableFile>> Read(const std::string& name) = 0;
  /// What is directly below `folder` (empty: the root), in no order; a missing one is empty.
  virtual Result<std::vector<ObjectInfo>> List(const std::string& folder) = 0;
  virtual Status Remove(const std::string& name) = 0;  // a missing object is fine
  /// Where it is, for messages; without secrets.
  virtual const std::string& url() const = 0;

  Result<std::string> ReadAll(const std::string& name);
  Status WriteAll(const std::string& name, std::string_view bytes);
};

}  // namespace millrace
