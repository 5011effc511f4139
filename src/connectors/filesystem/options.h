// SPDX-License-Identifier: Apache-2.0
// Options of the connector `filesystem`: Flink's keys, those we refuse by name included.
#pragma once

#include <string>
#include <vector>

#include "connectors/connector.h"

namespace millrace {

std::vector<OptionSpec> FilesystemOptions();
std::vector<OptionSpec> FilesystemExtraOptions();
std::vector<MetadataColumn> FilesystemMetadata();

/// The path without `file:` and `file://`; other schemes are MR0506.
Result<std::string> LocalPath(const std::string& path);

/// A row is seen by others when its file is closed.
HoldTime FileHoldTime(const Options& options);

/// Combinations and keys that this version does not do.
Status CheckFilesystem(const TableContext& table, bool for_write);

}  // namespace millrace
