// SPDX-License-Identifier: Apache-2.0
// The address of a running program's listener, left in its data directory while it listens, so that
// other commands of this program find it by the same data directory.
#pragma once

#include <string>

#include "base/result.h"
#include "env/disk.h"

namespace millrace {

Status PublishAddress(Disk* disk, const std::string& data_dir, const std::string& address);
void WithdrawAddress(Disk* disk, const std::string& data_dir);
/// MR0765 if no program left one.
Result<std::string> FindAddress(Disk* disk, const std::string& data_dir);

}  // namespace millrace
