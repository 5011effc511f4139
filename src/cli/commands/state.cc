// SPDX-License-Identifier: Apache-2.0
// millrace state list|inspect|export|verify DIR: what a pipeline keeps. Reads only: beside a
// running pipeline, on a full disk, and of a damaged directory what is left of it. The same of the
// backups at a URL, and `restore` puts one of them into a data directory.
#include <CLI/CLI.hpp>

#include <algorithm>

#include "base/json_writer.h"
#include "cli/backup/backup_view.h"
#include "cli/commands/builtin.h"
#include "cli/data_directory.h"
#include "cli/output/state_table.h"
#include "cli/script.h"
#include "runtime/backup/backup_location.h"
#include "runtime/inspection/state_survey.h"
#include "state/rocksdb/rocks_state.h"

namespace millrace {
namespace {

constexpr size_t kLimit = 20;

/// One data directory with its reader.
struct Opened {
  std::string data_dir;
  std::unique_ptr<StateReader> reader;
};

class StateCommand final : public Command {
 public:
  std::string name() const override { return "state"; }
  std::string help() const override { return "Look at what a pipeline keeps on disk"; }

  void Declare(CLI::App* app) override {
    app->add_option("action", action_, "list, inspect, export, verify or restore")
        ->type_name("{list,inspect,export,verify,restore}")
        ->check(CLI::IsMember({"list", "inspect", "export", "verify", "restore"}))
        ->required();
    app->add_option(
           "pipeline", target_,
           "A data directory, a savepoint, the SQL file of a pipeline, or where its backups "
           "are")
        ->type_name("SQL_FILE|DIR|URL")
        ->required();
    app->add_option("operator", operator_,
                    "Id of an operator, or words of its description (inspect, export)");
    app->add_option("--key", keys_, "Only entries with this value in a key column: card=c1, or c1")
        ->allow_extra_args(false);
    app->add_option("--table", table_, "Only entries of this table of the operator");
    app->add_option("--limit", limit_, "Entries that inspect shows (default 20)");
    app->add_option("--format", format_, "Of export: json, one object per line, or csv")
        ->type_name("{json,csv}")
        ->check(CLI::IsMember({"json", "csv"}));
    app->add_option("--data-dir", data_dir_, "Of restore: where the pipeline is to run")
        ->type_name("DIR");
    app->add_option("--epoch", epoch_, "Of a backup (default: the newest)");
    app->add_option("-D,--define", definitions_, "key=value: how S3 is reached, as with SET")
        ->allow_extra_args(false);
  }

  int Run(Application* application, const CommonOptions& common) override {
    auto target = FindBackups(*application);
    if (!target) return ShowUsage(*application, common, target.error());
    if (action_ == "restore") {
      const Status restored = Restore(*application, common, *target);
      return restored ? kExitOk : ShowUsage(*application, common, restored.error());
    }
    auto opened = *target ? OpenBackup(*application, **target) : Open(application);
    if (!opened) return ShowUsage(*application, common, opened.error());
    if (action_ == "list") return List(*application, common, *opened, *target);
    if (action_ == "verify") return Verify(*application, common, *opened);
    const Status shown = Show(*application, common, *opened);
    return shown ? kExitOk : ShowUsage(*application, common, shown.error());
  }

 private:
  /// nullopt: the target is none.
  Result<std::optional<BackupTarget>> FindBackups(const Application& application) const {
    if (!IsBackupUrl(target_)) {
      TRY_ASSIGN(const bool backups, HoldsBackups(application.env.disk, target_, ""));
      if (!backups) return std::nullopt;
    }
    TRY_ASSIGN(const auto definitions, ParseDefinitions(definitions_));
    Settings settings;
    for (const auto& [key, value] : definitions) TRY(settings.Set(key, {value, false}));
    return FindBackupTarget(application, target_, "", settings);
  }

  Status Restore(const Application& application, const CommonOptions& common,
                 const std::optional<BackupTarget>& target) const {
    if (data_dir_.empty() || !target) {
      return UserError("MR0902", "expected the place of backups and --data-dir DIR", "",
                       "`millrace run FILE.sql --from DIR` starts from a savepoint");
    }
    TRY_ASSIGN(const auto restored,
               RestoreTarget(application, *target, {.epoch = epoch_}, data_dir_));
    JsonWriter out;
    out.BeginObject().Key("restored").BeginArray();
    for (const RestoredTarget& one : restored) {
      const BackupManifest& manifest = one.backup.manifest;
      if (!common.json) application.Print(RestoredText(one));
      out.BeginObject().Field("url", one.url).Field("data_dir", one.data_dir);
      out.Field("already", one.backup.already).Field("pipeline", manifest.pipeline);
      out.Field("epoch", manifest.epoch).Field("bytes", manifest.bytes()).EndObject();
    }
    out.EndArray().EndObject();
    if (common.json) application.Print(std::move(out).Finish() + "\n");
    return OkStatus();
  }

  Result<std::vector<Opened>> OpenBackup(const Application& application,
                                         const BackupTarget& target) {
    TRY_ASSIGN(view_, BackupView::Open(application, target, epoch_));
    std::vector<Opened> opened;
    for (const RestoredTarget& one : view_->restored()) {
      TRY_ASSIGN(auto reader,
                 StateReader::Open(application.env.disk, one.data_dir, OpenRocksStateForReading));
      opened.push_back({one.url, std::move(reader)});
    }
    return opened;
  }

  /// The directory itself, that of a pipeline's name, and the folders of its statements.
  Result<std::vector<Opened>> Open(Application* application) const {
    Disk* disk = application->env.disk;
    TRY_ASSIGN(const std::string directory, DataDirOfTarget(application, target_));
    std::vector<std::string> found = {directory};
    TRY_ASSIGN(const auto run, disk->Stat(directory + "/run.json"));
    if (!run) {
      std::vector<std::string> jobs;
      for (size_t number = 1;; ++number) {
        const std::string job = directory + "/job-" + std::to_string(number);
        TRY_ASSIGN(const auto there, disk->Stat(job + "/run.json"));
        if (!there) break;
        jobs.push_back(job);
      }
      if (!jobs.empty()) found = std::move(jobs);
    }
    std::vector<Opened> opened;
    for (const std::string& one : found) {
      TRY_ASSIGN(auto reader, StateReader::Open(disk, one, OpenRocksStateForReading));
      opened.push_back({one, std::move(reader)});
    }
    return opened;
  }

  static int List(const Application& application, const CommonOptions& common,
                  const std::vector<Opened>& opened, const std::optional<BackupTarget>& target) {
    std::string backups = "[]";
    if (target) {
      const auto listed =
          common.json ? BackupListJson(*target) : BackupListText(application, *target);
      if (!listed) return ShowUsage(application, common, listed.error());
      backups = *listed;
      if (!common.json) application.Print(backups);
    }
    std::string json;
    for (const Opened& one : opened) {
      const StateSurvey survey = SurveyState(*one.reader, /*decode=*/false);
      if (common.json) {
        json += (json.empty() ? "" : ",") + StateListJson(one.data_dir, *one.reader, survey);
      } else {
        application.Print(StateListText(one.data_dir, *one.reader, survey));
      }
    }
    if (common.json) {
      application.Print("{\"runs\":[" + json + "]" +
                        (target ? ",\"backups\":" + backups : std::string()) + "}\n");
    }
    return kExitOk;
  }

  static int Verify(const Application& application, const CommonOptions& common,
                    const std::vector<Opened>& opened) {
    bool sound = true;
    std::string json;
    for (const Opened& one : opened) {
      const StateSurvey survey = SurveyState(*one.reader, /*decode=*/true);
      sound = sound && survey.sound();
      if (common.json) {
        json += (json.empty() ? "" : ",") + StateListJson(one.data_dir, *one.reader, survey);
        continue;
      }
      uint64_t entries = 0;
      for (const OperatorSurvey& of : survey.operators) entries += of.entries;
      application.Print(one.data_dir + ": epoch " + std::to_string(one.reader->epoch()) + ", " +
                        std::to_string(one.reader->journal_records()) +
                        " records of the journal, " + std::to_string(entries) + " entries of " +
                        std::to_string(survey.operators.size()) +
                        " operators: " + (survey.sound() ? "sound\n" : "damaged\n"));
      for (const std::string& problem : survey.problems) application.Print("  " + problem + "\n");
      for (const OperatorSurvey& of : survey.operators) {
        if (of.undecodable == 0) continue;
        application.Print("  " + of.id + ": " + std::to_string(of.undecodable) +
                          " entries cannot be decoded: " + of.first_problem + "\n");
      }
    }
    if (common.json) {
      application.Print(std::string("{\"sound\":") + (sound ? "true" : "false") + ",\"runs\":[" +
                        json + "]}\n");
    }
    return sound ? kExitOk : kExitFindings;
  }

  /// Operators that the third argument means; all without one.
  Result<std::vector<OperatorIdentity>> Choose(const StateReader& reader) const {
    std::vector<OperatorIdentity> chosen;
    if (!reader.plan()) {
      return UserError("MR0724", "the plan of the run cannot be read, so entries have no names",
                       "plan.json is missing or damaged", "`millrace state list` counts them");
    }
    for (const OperatorIdentity& identity : reader.plan()->plan.operators()) {
      if (operator_.empty() || identity.id == operator_ ||
          identity.description.find(operator_) != std::string::npos) {
        chosen.push_back(identity);
      }
    }
    return chosen;
  }

  Status Show(const Application& application, const CommonOptions& common,
              const std::vector<Opened>& opened) const {
    const bool exports = action_ == "export";
    const bool as_json = exports ? format_ != "csv" : common.json;
    size_t known = 0;
    for (const Opened& one : opened) {
      TRY_ASSIGN(const auto chosen, Choose(*one.reader));
      for (const OperatorIdentity& identity : chosen) {
        ++known;
        TRY(ShowOperator(application, *one.reader, identity, exports, as_json));
      }
    }
    if (known > 0 || operator_.empty()) return OkStatus();
    return UserError("MR0902", "no operator is called '" + operator_ + "'", "",
                     "`millrace state list " + target_ + "` has their ids and descriptions");
  }

  Status ShowOperator(const Application& application, const StateReader& reader,
                      const OperatorIdentity& identity, bool exports, bool as_json) const {
    TRY_ASSIGN(EntryDecoder decoder, EntryDecoder::Make(identity));
    size_t shown = 0;
    size_t matching = 0;
    std::string table;
    TRY(reader.VisitOperator(identity.id, [&](const StateEntry& entry) -> Status {
      TRY(decoder.Learn(entry.table, entry.key, entry.value));
      if (!table_.empty() && entry.table != table_) return OkStatus();
      TRY_ASSIGN(const DecodedEntry decoded, decoder.Decode(entry.table, entry.key, entry.value));
      if (!Matches(decoded)) return OkStatus();
      ++matching;
      if (!exports && shown >= limit_) return OkStatus();
      ++shown;
      if (as_json) {
        application.Print(EntryJson(entry, decoded));
      } else if (exports) {
        if (table != entry.table) application.Print(CsvHead(decoded));
        application.Print(EntryCsv(decoded));
      } else {
        if (shown == 1) application.Print(identity.id + " " + identity.description + "\n");
        application.Print("  " + EntryText(entry, decoded));
      }
      table = entry.table;
      return OkStatus();
    }));
    if (shown < matching && !as_json) {
      application.Print("  " + std::to_string(matching - shown) + " more; --limit shows them\n");
    }
    return OkStatus();
  }

  bool Matches(const DecodedEntry& decoded) const {
    return std::ranges::all_of(keys_, [&](const std::string& wanted) {
      const size_t equals = wanted.find('=');
      const std::string column =
          equals == std::string::npos ? std::string() : wanted.substr(0, equals);
      const std::string text = equals == std::string::npos ? wanted : wanted.substr(equals + 1);
      return std::ranges::any_of(decoded.key, [&](const DecodedValue& value) {
        if (!column.empty() && value.name != column) return false;
        return value.is_null ? text == "NULL" : value.text == text;
      });
    });
  }

  std::string action_;
  std::string target_;
  std::string operator_;
  std::vector<std::string> keys_;
  std::string table_;
  size_t limit_ = kLimit;
  std::string format_;
  std::string data_dir_;
  uint64_t epoch_ = 0;
  std::vector<std::string> definitions_;
  std::unique_ptr<BackupView> view_;  // what of a backup is read lies there
};

}  // namespace

std::unique_ptr<Command> MakeStateCommand() { return std::make_unique<StateCommand>(); }

}  // namespace millrace
