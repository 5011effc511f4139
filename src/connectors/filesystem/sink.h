// SPDX-License-Identifier: Apache-2.0
// FileSink: writes rows into files that are seen only when complete.
//
// Rows of an epoch are appended to hidden staging files and synced at Prepare; the epoch's state
// has their names and lengths, to which Restore truncates. A file is finished by size or age;
// Commit of the epoch that finished it gives it its name, `part-<table hash>-<shard>-<sequence>`.
// Names depend on nothing but the table, the shard and the sequence, so a repeated commit cannot
// make a second file. A fresh run goes on behind the files of earlier ones.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

Result<std::unique_ptr<SinkWriter>> MakeFileSink(const TableContext& table);

}  // namespace millrace
