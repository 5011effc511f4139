// SPDX-License-Identifier: Apache-2.0
// FilesystemSource: each file is a split; splits are sorted by path. Hidden files and those
// starting with
// '_', and everything below such a directory, are left out, so files in the making are never read.
// A position is a decimal number: the byte offset, or the row number for whole-file formats.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

Result<std::unique_ptr<Source>> MakeFilesystemSource(const TableContext& table);

}  // namespace millrace
