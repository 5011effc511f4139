// SPDX-License-Identifier: Apache-2.0
// FlinkExport: the same pipeline as a file for a Flink cluster. The text stays as it is; only what
// Flink has not is taken out, replaced or refused by name, and what changes in meaning is told.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"

namespace millrace {

struct FlinkExportOptions {
  std::string directory;     // that relative paths are relative to
  std::string model_server;  // address of a Triton server that serves the models; empty: none
  std::string pipeline;      // its name, for names that Flink wants and we have defaults for
};

struct FlinkExport {
  std::string text;
  /// Errors MR0905: what has no counterpart, so that `text` does not run. Else what changes in
  /// meaning: warnings and infos MR0906.
  DiagnosticList findings;
};

/// REQUIRES: the text compiles.
FlinkExport ExportToFlink(std::string_view text, const FlinkExportOptions& options);

}  // namespace millrace
