// SPDX-License-Identifier: Apache-2.0
// millrace run FILE.sql: compiles a file and carries it out.
#include "cli/backup/backup_target.h"
#include "cli/commands/builtin.h"
#include "cli/data_directory.h"

#include <algorithm>

#include "cli/output/plan_changes.h"
#include "cli/program_changes.h"
#include "cli/program_runner.h"
#include "cli/script.h"
#include "runtime/backup/backup_location.h"
#include "runtime/inspection/savepoint.h"

namespace millrace {
namespace {

class RunCommand final : public Command {
 public:
  std::string name() const override { return "run"; }
  std::string help() const override { return "Run a pipeline"; }

  void Declare(CLI::App* app) override {
    script_.Declare(app);
    app->add_option("--data-dir", data_dir_, "State and progress (default ./.millrace/<name>)")
        ->type_name("DIR");
    app->add_flag("--fresh", fresh_, "Discard an interrupted run and start anew");
    app->add_option("--from", from_,
                    "Start from this savepoint (millrace savepoint), or the newest backup there")
        ->type_name("DIR|URL");
    app->add_flag("--allow-state-loss", allow_state_loss_,
                  "Go on with a changed file although it cannot use all that is kept");
    app->add_flag("--allow-rewind", allow_rewind_,
                  "Go on although sinks have output behind what is kept: files are taken back, "
                  "others get it twice");
    app->add_flag("--replays-only", replays_only_,
                  "Read only the dead letters that 'millrace dlq replay' puts in again");
    app->add_option("--format", format_, "Rows of SELECT: table, changelog, json or csv")
        ->type_name("{table,changelog,json,csv}");
    app->add_option("--report", report_, "Write a JSON report of the run to this file")
        ->type_name("FILE");
    door_.Declare(app);
    kafka_.Declare(app);
  }

  int Run(Application* application, const CommonOptions& common) override {
    const auto style = ChooseRowStyle(*application, common.json, format_);
    if (!style) return ShowUsage(*application, common, style.error());
    auto script = LoadScript(application, script_);
    if (!script) return ShowUsage(*application, common, script.error());
    Compiler compiler(MakeCompilerOptions(*application, *script));
    DiagnosticList diagnostics;
    const Program program = compiler.Compile(script->source.text(), &diagnostics);
    if (diagnostics.has_errors()) {
      return ShowDiagnostics(*application, common, diagnostics, &script->source);
    }
    if (!common.quiet && !diagnostics.entries().empty()) {
      ShowDiagnostics(*application, {}, diagnostics, &script->source);
    }
    if (program.steps.empty() && !common.quiet) {
      application->Say(script->source.name() + ": no statement here runs; declarations only\n");
    }
    RunOptions options;
    options.door = door_;
    options.kafka = kafka_;
    const auto share = kafka_.Share();
    if (!share) return ShowUsage(*application, common, share.error());
    if (const auto timeout = kafka_.ConnectTimeout(); !timeout) {
      return ShowUsage(*application, common, timeout.error());
    }
    options.data_dir = data_dir_.empty() ? DefaultDataDir(program.name) : data_dir_;
    if (share->count > 1) options.data_dir += "/copy-" + std::to_string(share->index);
    options.fresh = fresh_;
    options.allow_state_loss = allow_state_loss_;
    options.allow_rewind = allow_rewind_;
    const Settings settings = SettingsOf(program);
    if (from_.empty()) from_ = settings.GetString("execution.savepoint.path");
    if (!from_.empty()) {
      const Status begun = StartFrom(*application, common, settings, program, options);
      if (!begun) return ShowUsage(*application, common, begun.error());
    }
    options.replays_only = replays_only_;
    if (!fresh_ && !allow_state_loss_) {
      const DiagnosticList losses = FindLosses(*application, options.data_dir, program, *script);
      if (losses.has_errors()) {
        return ShowDiagnostics(*application, common, losses, &script->source);
      }
    }
    options.quiet = common.quiet;
    options.style = *style;
    options.report_path = report_;
    ProgramRunner runner(application, std::move(options));
    const Status status = runner.Run(program);
    return status ? kExitOk : ShowError(*application, common, status.error());
  }

 private:
  /// Of the first statement that runs.
  static Settings SettingsOf(const Program& program) {
    for (const Step& step : program.steps) {
      if (step.kind == Step::Kind::kJob) return step.settings;
    }
    return {};
  }

  Status StartFrom(const Application& application, const CommonOptions& common,
                   const Settings& settings, const Program& program,
                   const RunOptions& options) const {
    Disk* disk = application.env.disk;
    bool backup = IsBackupUrl(from_);
    if (!backup) {
      TRY_ASSIGN(backup, HoldsBackups(disk, from_, program.name));
    }
    if (!backup) {
      TRY(InstallSavepoint(disk, from_, options.data_dir));
      return OkStatus();
    }
    TRY_ASSIGN(const CopyShare share, options.kafka.Share());
    TRY_ASSIGN(const BackupTarget target,
               FindBackupTarget(application, from_, BackupFolder(program.name, share), settings));
    TRY_ASSIGN(const auto all, RestoreTarget(application, target, {}, options.data_dir));
    for (const RestoredTarget& one : all) {
      if (!common.quiet) application.Say(RestoredText(one));
    }
    return OkStatus();
  }

  /// Before anything starts: what of an interrupted run this version of the file cannot use. What
  /// cannot be read is reported by the run itself.
  static DiagnosticList FindLosses(const Application& application, const std::string& data_dir,
                                   const Program& program, const LoadedScript& script) {
    DiagnosticList losses;
    const auto changes = CompareWithDirectory(application.env.disk, data_dir, program);
    if (!changes) return losses;
    for (const StatementChanges& one : *changes) {
      for (const OperatorChange& change : one.comparison.changes) {
        if (change.loses()) losses.Add(LossDiagnostic(change, &script.source));
      }
    }
    losses.Normalize();
    if (losses.has_errors()) {
      losses.mutable_entries().back().next_step =
          "accept the loss with --allow-state-loss, start anew with --fresh, or finish the run "
          "with "
          "the file it was started with";
    }
    return losses;
  }

  ScriptOptions script_;
  std::string data_dir_;
  bool fresh_ = false;
  bool allow_state_loss_ = false;
  bool allow_rewind_ = false;
  std::string from_;
  bool replays_only_ = false;
  std::string format_;
  std::string report_;
  DoorOptions door_;
  KafkaOptions kafka_;
};

}  // namespace

std::unique_ptr<Command> MakeRunCommand() { return std::make_unique<RunCommand>(); }

}  // namespace millrace
