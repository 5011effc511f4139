// SPDX-License-Identifier: Apache-2.0
// millrace savepoint PIPELINE --to DIR: a copy of all that a pipeline keeps at one epoch, of a
// stopped or a running one. `millrace run --from DIR` starts from it.
#include <CLI/CLI.hpp>

#include <algorithm>

#include "base/json_writer.h"
#include "cli/commands/builtin.h"
#include "cli/data_directory.h"
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
    app->add_option("--to", to_, "Where the savepoint goes; must not exist yet")->type_name("DIR");
    app->add_option("--in", in_, "A folder of savepoints: it gets one more, named after its epoch")
        ->type_name("DIR");
    app->add_option("--keep", keep_, "With --in: older savepoints beyond so many are removed")
        ->check(CLI::PositiveNumber);
  }

  int Run(Application* application, const CommonOptions& common) override {
    if (to_.empty() == in_.empty() || (keep_ > 0 && in_.empty())) {
      return ShowUsage(
          *application, common,
          UserError("MR0902", "expected --to DIR, or --in DIR with or without --keep").error());
    }
    const auto written = Write(application);
    if (!written) return ShowUsage(*application, common, written.error());
    if (common.json) {
      JsonWriter out;
      out.BeginObject().Field("directory", directory_).Field("pipeline", written->pipeline);
      out.Field("epoch", written->epoch).Field("entries", written->entries);
      out.Field("id", written->id).EndObject();
      application->Print(std::move(out).Finish() + "\n");
    } else {
      application->Print("savepoint of '" + written->pipeline + "' at epoch " +
                         std::to_string(written->epoch) + " in " + directory_ + ": " +
                         std::to_string(written->entries) + " entries of state\n");
    }
    return kExitOk;
  }

 private:
  Result<SavepointInfo> Write(Application* application) {
    Disk* disk = application->env.disk;
    TRY_ASSIGN(const std::string directory, DataDirOfTarget(application, target_));
    TRY_ASSIGN(const auto reader, StateReader::Open(disk, directory, OpenRocksStateForReading,
                                                    StateReader::View::kDecided));
    const uint64_t epoch = reader->left_out() ? reader->left_out()->epoch : reader->epoch();
    directory_ = in_.empty() ? to_ : in_ + "/savepoint-" + Padded(epoch);
    TRY_ASSIGN(SavepointInfo written, WriteSavepoint(application->env, *reader, directory_));
    if (keep_ > 0) TRY(RemoveOlder(disk));
    return written;
  }

  /// So that names are in the order of epochs.
  static std::string Padded(uint64_t epoch) {
    const std::string digits = std::to_string(epoch);
    return std::string(digits.size() < 12 ? 12 - digits.size() : 0, '0') + digits;
  }

  /// Only whole savepoints count, and only they are removed: what else is in the folder stays.
  Status RemoveOlder(Disk* disk) const {
    TRY_ASSIGN(const auto files, disk->List(in_, /*recursive=*/false));
    std::vector<std::string> savepoints;
    for (const FileInfo& file : files) {
      const std::string path = in_ + "/" + file.path.substr(file.path.rfind('/') + 1);
      if (file.directory && ReadSavepoint(disk, path)) savepoints.push_back(path);
    }
    std::ranges::sort(savepoints);
    for (size_t i = 0; i + keep_ < savepoints.size(); ++i) {
      // First it stops to be a savepoint, then it goes.
      TRY(disk->Remove(savepoints[i] + "/savepoint.json"));
      TRY(disk->RemoveTree(savepoints[i]));
    }
    return OkStatus();
  }

  std::string target_;
  std::string to_;
  std::string in_;
  size_t keep_ = 0;
  std::string directory_;  // of the savepoint
};

}  // namespace

std::unique_ptr<Command> MakeSavepointCommand() { return std::make_unique<SavepointCommand>(); }

}  // namespace millrace
