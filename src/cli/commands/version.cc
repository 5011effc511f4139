// SPDX-License-Identifier: Apache-2.0
// millrace version: what this program is and what it was built with.
#include <arrow/config.h>

#include "base/json_writer.h"
#include "cli/commands/builtin.h"
#include "cli/version.h"

namespace millrace {
namespace {

class VersionCommand final : public Command {
 public:
  std::string name() const override { return "version"; }
  std::string help() const override { return "Show the version"; }
  void Declare(CLI::App*) override {}

  int Run(Application* application, const CommonOptions& common) override {
    const std::string arrow = arrow::GetBuildInfo().version_string;
    if (common.json) {
      JsonWriter out;
      out.BeginObject().Field("version", kVersion).Field("dialect", kDialect);
      out.Field("arrow", arrow).EndObject();
      application->Print(std::move(out).Finish() + "\n");
    } else {
      application->Print("millrace " + std::string(kVersion) + " (" + std::string(kDialect) +
                         ", Arrow " + arrow + ")\n");
    }
    return kExitOk;
  }
};

}  // namespace

std::unique_ptr<Command> MakeVersionCommand() { return std::make_unique<VersionCommand>(); }

}  // namespace millrace
