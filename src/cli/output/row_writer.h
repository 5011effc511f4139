// SPDX-License-Identifier: Apache-2.0
// RowWriter: the rows of a SELECT as a table, changelog lines, JSON lines or CSV.
#pragma once

#include <memory>
#include <string>

#include "cli/application.h"
#include "operators/io/sink_driver.h"

namespace millrace {

enum class RowStyle { kTable, kChangelog, kJson, kCsv };

/// "table", "changelog", "json", "csv"; anything else is MR0901.
Result<RowStyle> ParseRowStyle(const std::string& name);

/// Writes to standard output. One SELECT, one thread. Counts what it wrote.
class RowWriter : public RowConsumer {
 public:
  uint64_t rows() const { return rows_; }

 protected:
  uint64_t rows_ = 0;
};

std::unique_ptr<RowWriter> MakeRowWriter(RowStyle style, const Application* application);

/// A small table of texts (SHOW, DESCRIBE) with a frame.
std::string FrameTable(const std::vector<std::string>& columns,
                       const std::vector<std::vector<std::string>>& rows);

}  // namespace millrace
