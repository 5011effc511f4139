// SPDX-License-Identifier: Apache-2.0
#include "cli/table_use.h"

#include <algorithm>

#include "diagnostics/nearest.h"

namespace millrace {

std::expected<TableUse, int> OpenTable(Application* application, const CommonOptions& common,
                                       const ScriptOptions& options, const std::string& table) {
  auto script = LoadScript(application, options);
  if (!script) return std::unexpected(ShowUsage(*application, common, script.error()));
  TableUse use;
  use.script = *std::move(script);
  use.compiler = std::make_unique<Compiler>(MakeCompilerOptions(*application, use.script));
  DiagnosticList diagnostics;
  const Program program = use.compiler->Compile(use.script.source.text(), &diagnostics);
  if (diagnostics.has_errors()) {
    return std::unexpected(ShowDiagnostics(*application, common, diagnostics, &use.script.source));
  }
  use.pipeline = program.name;
  const Catalog& catalog = use.compiler->catalog();
  const std::vector<std::string> names = catalog.TableNames();
  if (std::ranges::find(names, table) == names.end()) {
    std::string hint;
    for (const std::string& name : NearestNames(table, names)) {
      hint += (hint.empty() ? "near it: " : ", ") + name;
    }
    const auto error = UserError(
        "MR0207", "there is no table '" + table + "' in " + use.script.source.name(), hint);
    return std::unexpected(ShowError(*application, common, error.error()));
  }
  use.table = table;
  use.definition =
      catalog.FindTable(catalog.current_catalog() + "." + catalog.current_database() + "." + table);
  return use;
}

}  // namespace millrace
