// SPDX-License-Identifier: Apache-2.0
// The pages of docs/reference/ that are derived from the registries: what exists is what is
// described.
#pragma once

#include <string>
#include <vector>

namespace millrace {

struct ReferencePage {
  std::string file;  // within docs/reference/
  std::string text;
};

/// All of them.
std::vector<ReferencePage> MakeReferencePages();

std::string FunctionsPage();
std::string AggregatesPage();
std::string ConnectorsPage();
std::string FormatsPage();
std::string ModelsPage();
std::string SettingsPage();
std::string ErrorsPage();
/// Those of docs/reference/sql/.
std::vector<ReferencePage> SqlPages();

}  // namespace millrace
