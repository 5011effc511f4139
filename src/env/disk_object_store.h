// SPDX-License-Identifier: Apache-2.0
// A directory as an ObjectStore. An object is written under a hidden name, synced and renamed.
#pragma once

#include <memory>
#include <string>

#include "env/object_store.h"

namespace millrace {

/// `disk` outlives it. The directory is made by the first write.
std::unique_ptr<ObjectStore> MakeDiskObjectStore(Disk* disk, std::string directory);

}  // namespace millrace
