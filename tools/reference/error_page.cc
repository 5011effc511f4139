// SPDX-License-Identifier: Apache-2.0
#include "diagnostics/codes.h"
#include "reference/markdown.h"
#include "reference/pages.h"

namespace millrace {

std::string ErrorsPage() {
  Page page("Error codes",
            "Every message carries one of these codes; `millrace explain MR0201` shows its entry.");
  for (const CodeInfo& info : AllCodes()) {
    page.Heading(2, std::string(info.code) + ": " + std::string(info.title));
    page.Paragraph(info.explanation);
    if (info.example.empty()) continue;
    page.Code("sql",
              "-- wrong\n" + std::string(info.example) + "\n-- right\n" + std::string(info.fixed));
  }
  return page.text();
}

std::vector<ReferencePage> MakeReferencePages() {
  std::vector<ReferencePage> pages = {
      {"aggregates.md", AggregatesPage()}, {"connectors.md", ConnectorsPage()},
      {"errors.md", ErrorsPage()},         {"formats.md", FormatsPage()},
      {"functions.md", FunctionsPage()},   {"models.md", ModelsPage()},
      {"settings.md", SettingsPage()}};
  for (ReferencePage page : SqlPages()) pages.push_back(std::move(page));
  return pages;
}

}  // namespace millrace
