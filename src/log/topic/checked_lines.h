// SPDX-License-Identifier: Apache-2.0
// CheckedLines: the small text files of a topic store. A title with a version, lines of words, and
// a checksum at the end, so that a half-written or edited file is noticed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "env/disk.h"

namespace millrace {

/// Lines of words. Words may hold any bytes.
using WordLines = std::vector<std::vector<std::string>>;

/// Replaces the file atomically; it is durable when this returns.
Status WriteCheckedLines(Disk* disk, const std::string& path, std::string_view title,
                         const WordLines& lines);
/// MR0805 if the file is damaged, or its title is another one (a newer version).
Result<WordLines> ReadCheckedLines(Disk* disk, const std::string& path, std::string_view title);

}  // namespace millrace
