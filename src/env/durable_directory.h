// SPDX-License-Identifier: Apache-2.0
// Directories that are still there after a power loss: the name of a new directory must be synced
// in its parent, or all that was synced inside may be gone with it.
#pragma once

#include <string>

#include "base/result.h"
#include "env/disk.h"

namespace millrace {

/// "a/b/c" -> "a/b", "c" -> ".", "/c" -> "/".
std::string ParentDirectory(const std::string& path);

/// Creates the directory and those above it; all their names are durable when this returns, also
/// those that a process made which died in here: each is synced before the next one is made in it.
Status CreateDurableDirectory(Disk* disk, const std::string& path);

}  // namespace millrace
