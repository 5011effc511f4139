// SPDX-License-Identifier: Apache-2.0
#include "connectors/connector.h"
#include "formats/format.h"
#include "models/model.h"
#include "plan/settings.h"
#include "reference/markdown.h"
#include "reference/pages.h"

namespace millrace {
namespace {

constexpr std::string_view kDurations =
    "Durations are written `'100 ms'`, `'5 s'`, `'1 min'`, `'1 h'`, `'1 d'`; memory sizes `'64 "
    "kb'`, "
    "`'128 mb'`. `#` stands for a name.";

std::string Roles(const Connector& connector) {
  std::string roles = connector.can_read() && connector.can_write() ? "Source and sink."
                      : connector.can_read()                        ? "Source."
                                                                    : "Sink.";
  if (connector.needs_format()) roles += " Needs a `'format'`.";
  return roles;
}

void AddMetadata(const Connector& connector, Page* page) {
  std::vector<std::vector<std::string>> rows;
  for (const MetadataColumn& column : connector.metadata()) {
    const std::string use = column.readable && column.writable ? "read and written"
                            : column.readable                  ? "read"
                                                               : "written";
    rows.push_back({Inline(column.key), Inline(column.type.ToString()), use});
  }
  if (rows.empty()) return;
  page->Paragraph("Metadata columns:");
  page->Table({"Key", "Type", "Use"}, rows);
}

}  // namespace

std::string ConnectorsPage() {
  ConnectorRegistry registry;
  RegisterBuiltinConnectors(&registry);
  Page page("Connectors", "What stands in `'connector' = '..'` of a table's WITH clause. " +
                              std::string(kDurations));
  for (const std::string& name : registry.Names()) {
    const Connector& connector = *registry.Find(name);
    page.Heading(2, name);
    page.Paragraph(std::string(connector.summary()) + ' ' + Roles(connector));
    if (!connector.options().empty()) page.OptionTable(connector.options());
    AddMetadata(connector, &page);
    if (!connector.extra_options().empty()) {
      page.Paragraph(
          "What Flink's connector has no option for is said beside the table, so that the file "
          "stays "
          "one that Flink takes: `SET 'millrace.table.<table>.<option>' = '..'`.");
      page.OptionTable(connector.extra_options());
    }
  }
  return page.text();
}

std::string_view ShapeOf(const Format& format) {
  if (format.is_file_format()) return "A file format: rows are laid out over a whole file.";
  if (format.changelog_mode().insert_only()) return "A record format: one record per row.";
  return "A format of changes: a record holds a row before and after its change "
         "([changelogs](changelogs.md)).";
}

std::string FormatsPage() {
  FormatRegistry registry;
  RegisterBuiltinFormats(&registry);
  Page page("Formats",
            "What stands in `'format' = '..'`. An option carries the format's name in "
            "front. " +
                std::string(kDurations));
  for (const std::string& name : registry.Names()) {
    const Format& format = *registry.Find(name);
    page.Heading(2, name);
    page.Paragraph(ShapeOf(format));
    if (!format.options().empty()) page.OptionTable(format.options(), name + '.');
  }
  return page.text();
}

std::string ModelsPage() {
  ModelBackendRegistry registry;
  RegisterBuiltinModelBackends(&registry);
  Page page("Model providers",
            "What stands in `'provider' = '..'` of `CREATE MODEL`. " + std::string(kDurations));
  for (const std::string& name : registry.Names()) {
    ModelBackend& backend = *registry.Find(name);
    page.Heading(2, name);
    page.Paragraph(backend.summary());
    if (!backend.options().empty()) page.OptionTable(backend.options());
  }
  return page.text();
}

std::string SettingsPage() {
  Page page("Settings",
            "What `SET 'key' = 'value';` and `-D key=value` take. Unknown keys that begin "
            "with `millrace.` are refused; others are kept and noted, as Flink does. " +
                std::string(kDurations));
  page.OptionTable(KnownSettings());
  return page.text();
}

}  // namespace millrace
