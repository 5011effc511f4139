// SPDX-License-Identifier: Apache-2.0
// millrace savepoint PIPELINE --to DIR: a copy of all that a pipeline keeps at one epoch, of a
// stopped or a running one. `millrace run --from DIR` starts from it.
#include <filesystem>

#include "base/json_writer.h"
#include "cli/commands/builtin.h"
#include "runtime/inspection/savepoint.h"
#include "state/rocksdb/rocks_state.h"

namespace millrace {
namespace {

class SavepointCommand final : public Command {
 public:
  std::string name() const override { return "savepoint"; }
  std::string help() const override { return "Copy what a pipeline keeps, to start from later"; }

  void Declare(CLI::App* app) override {
    app->add_option("pipeline", target_, "A data directory, or the SQL file of a pipeline")
        ->type_name("SQL_FILE|DIR")
        ->required();
    app->add_option("--to", to_, "Where the savepoint goes; must not exist yet")
        ->type_name("DIR")
        ->required();
  }

  int Run(Application* application, const CommonOptions& common) override {
    const auto written = Write(*application);
    if (!written) return ShowUsage(*application, common, written.error());
    if (common.json) {
      JsonWriter out;
      out.BeginObject().Field("directory", to_).Field("pipeline", written->pipeline);
      out.Field("epoch", written->epoch).Field("entries", written->entries);
      out.Field("id", written->id).EndObject();
      application->Print(std::move(out).Finish() + "\n");
    } else {
      application->Print("savepoint of '" + written->pipeline + "' at epoch " +
                         std::to_string(written->epoch) + " in " + to_ + ": " +
                         std::to_string(written->entries) + " entries of state\n");
    }
    return kExitOk;
  }

 private:
  Result<SavepointInfo> Write(const Application& application) const {
    Disk* disk = application.env.disk;
    std::string directory = target_;
    while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
    TRY_ASSIGN(const auto info, disk->Stat(directory));
    if (!info || !info->directory) {
      directory = ".millrace/" + std::filesystem::path(target_).stem().string();
    }
    TRY_ASSIGN(const auto reader, StateReader::Open(disk, directory, OpenRocksStateForReading));
    return WriteSavepoint(application.env, *reader, to_);
  }

  std::string target_;
  std::string to_;
};

}  // namespace

std::unique_ptr<Command> MakeSavepointCommand() { return std::make_unique<SavepointCommand>(); }

}  // namespace millrace
