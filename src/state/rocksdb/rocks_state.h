// SPDX-License-Identifier: Apache-2.0
// DurableState on RocksDB. Its own log is off, since the epoch journal is one: what was not flushed
// when the process dies is read from there. One column family, and the marker lies in the batch of
// its epoch, so whatever is found on disk is a whole epoch. RocksDB reaches the disk by itself,
// past the Disk seam.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "state/durable_state.h"

namespace millrace {

/// Creates the directory where there is none. MR0841: it cannot be opened or is damaged.
Result<std::unique_ptr<DurableState>> OpenRocksState(const std::string& directory);
/// As it lies on disk, beside a process that writes it too; takes no lock and writes nothing. Only
/// marker and Visit may be called.
Result<std::unique_ptr<DurableState>> OpenRocksStateForReading(const std::string& directory);

}  // namespace millrace
