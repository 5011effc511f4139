// SPDX-License-Identifier: Apache-2.0
#include "connectors/blackhole/blackhole.h"

namespace millrace {
namespace {

class BlackholeSink final : public SinkWriter {
 public:
  Status Restore(std::string_view) override { return OkStatus(); }
  Status Write(const SinkInput&) override { return OkStatus(); }
  Result<std::string> Prepare(uint64_t) override { return std::string(); }
  Status Commit(uint64_t) override { return OkStatus(); }
};

class BlackholeConnector final : public Connector {
 public:
  std::string_view name() const override { return "blackhole"; }
  std::string_view summary() const override { return "Takes every row and keeps none."; }
  std::vector<OptionSpec> options() const override {
    return {{.key = "sink.parallelism",
             .type = OptionType::kInt,
             .help = "Accepted for Flink; the pipeline's parallelism counts."}};
  }
  bool can_read() const override { return false; }
  bool can_write() const override { return true; }
  bool needs_format() const override { return false; }
  SinkTraits sink_traits() const override { return {.accepts = ChangelogMode::All()}; }
  Status Check(const TableContext&, bool) const override { return OkStatus(); }
  Result<std::unique_ptr<SinkWriter>> MakeSink(const TableContext&) const override {
    return std::make_unique<BlackholeSink>();
  }
};

}  // namespace

std::unique_ptr<Connector> MakeBlackholeConnector() {
  return std::make_unique<BlackholeConnector>();
}

}  // namespace millrace
