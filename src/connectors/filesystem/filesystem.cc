// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/filesystem.h"

#include "connectors/filesystem/options.h"
#include "connectors/filesystem/sink.h"
#include "connectors/filesystem/source.h"

namespace millrace {
namespace {

class FilesystemConnector final : public Connector {
 public:
  std::string_view name() const override { return "filesystem"; }
  std::string_view summary() const override {
    return "Reads a file or the files of a directory, and writes files that appear when complete.";
  }
  std::vector<OptionSpec> options() const override { return FilesystemOptions(); }
  std::vector<OptionSpec> extra_options() const override { return FilesystemExtraOptions(); }
  std::vector<MetadataColumn> metadata() const override { return FilesystemMetadata(); }
  bool can_read() const override { return true; }
  bool can_write() const override { return true; }
  bool needs_format() const override { return true; }
  HoldTime sink_hold_time(const Options& options) const override { return FileHoldTime(options); }
  Status Check(const TableContext& table, bool for_write) const override {
    return CheckFilesystem(table, for_write);
  }
  Result<std::unique_ptr<Source>> MakeSource(const TableContext& table) const override {
    return MakeFilesystemSource(table);
  }
  Result<std::unique_ptr<SinkWriter>> MakeSink(const TableContext& table) const override {
    return MakeFileSink(table);
  }
};

}  // namespace

std::unique_ptr<Connector> MakeFilesystemConnector() {
  return std::make_unique<FilesystemConnector>();
}

}  // namespace millrace
