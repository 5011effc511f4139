// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "env/disk.h"

namespace millrace {

std::string ParentDirectory(const std::string& path);

/// Creates the directory and those above it; all their names are durable when this returns.
Status CreateDurableDirectory(Disk* disk, const std::string& path);

}  // namespace millrace
