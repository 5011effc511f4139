// SPDX-License-Identifier: Apache-2.0
// RowWriter: the rows of a SELECT as a table, changelog lines, JSON lines or CSV.
#pragma once

#include <memory>
#include <string>

#include "cli/application.h"
#include "operators/io/sink_driver.h"
#include "plan/program.h"

namespace millrace {

enum class RowStyle { kTable, kChangelog, kJson, kCsv };

/// --format if it is given ("table", "changelog", "json", "csv"; else MR0902), JSON for --json, a
/// table on a terminal, the changelog into a pipe.
Result<RowStyle> ChooseRowStyle(const Application& application, bool json,
                                const std::string& format);

/// Writes to standard output. One SELECT, one thread. Counts what it wrote.
class RowWriter : public RowConsumer {
 public:
  uint64_t rows() const { return rows_; }

 protected:
  uint64_t rows_ = 0;
};

std::unique_ptr<RowWriter> MakeRowWriter(RowStyle style, const Application* application);

/// What SHOW, DESCRIBE, EXPLAIN and SET answer: a table with a frame, or JSON or CSV lines.
std::string TextOf(const TextResult& result, RowStyle style);

}  // namespace millrace
