// SPDX-License-Identifier: Apache-2.0
// TableUse: a table that a SQL file declares, used from the command line (produce, consume). The
// file's own statements do not run; its tables and settings hold.
#pragma once

#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/script.h"

namespace millrace {

struct TableUse {
  LoadedScript script;
  std::unique_ptr<Compiler> compiler;  // behind the file: its catalog and settings
  std::string pipeline;                // name of the file's pipeline
  std::string table;                   // as it is called in the catalog
  TablePtr definition;                 // null for a view
};

/// Compiles the file and finds the table. Diagnostics are shown here; an exit status where it
/// fails.
std::expected<TableUse, int> OpenTable(Application* application, const CommonOptions& common,
                                       const ScriptOptions& options, const std::string& table);

}  // namespace millrace
