// SPDX-License-Identifier: Apache-2.0
// millrace dlq list|show|replay|review|drop: the dead letters of a pipeline.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <map>

#include "base/json_writer.h"
#include "cli/commands/builtin.h"
#include "cli/commands/dlq_box.h"
#include "cli/data_directory.h"
#include "cli/output/row_writer.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {
namespace {

constexpr size_t kReasonWidth = 60;

/// Numbers vary from letter to letter: reasons that differ in nothing else are one.
std::string KindOfReason(const StoredLetter& letter) {
  std::string_view reason = letter.reason;
  if (!letter.code.empty() && reason.starts_with(letter.code + ": ")) {
    reason.remove_prefix(letter.code.size() + 2);
  }
  std::string kind;
  for (const char c : reason) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) kind += c;
    if (digit && (kind.empty() || kind.back() != '#')) kind += '#';
  }
  if (kind.size() > kReasonWidth) kind.replace(kReasonWidth - 3, std::string::npos, "...");
  return kind;
}

std::string Plural(size_t count) {
  return std::to_string(count) + (count == 1 ? " letter" : " letters");
}

/// How often one kind of letter lies there, by state.
struct KindCount {
  std::array<size_t, 4> states{};
  size_t all = 0;
};

class DlqCommand final : public Command {
 public:
  std::string name() const override { return "dlq"; }
  std::string help() const override { return "Look at dead letters, replay or drop them"; }

  void Declare(CLI::App* app) override {
    app->require_subcommand(1);
    CLI::App* list = Verb(app, "list", "Count letters by table, stage and reason");
    list->add_flag("--letters", each_, "A line per letter instead");
    DeclareFilter(list);
    CLI::App* show = Verb(app, "show", "Show one letter whole");
    show->add_option("--id", filter_.ids, "The letter")->required()->type_name("ID");
    CLI::App* replay = Verb(app, "replay", "Put records into the pipeline again, as it is now");
    DeclareFilter(replay);
    DeclareIds(replay);
    replay->add_option("--rate", rate_, "Records per second (default: as fast as they go)")
        ->check(CLI::PositiveNumber);
    replay->add_flag("--again", again_, "Also those that were replayed before");
    CLI::App* review = Verb(app, "review", "Set letters aside for a person to look at");
    DeclareFilter(review);
    DeclareIds(review);
    CLI::App* drop = Verb(app, "drop", "Mark letters as settled; nothing is deleted");
    DeclareFilter(drop);
    DeclareIds(drop);
  }

  int Run(Application* application, const CommonOptions& common) override {
    std::vector<LetterFile> others;
    const auto directory = DataDir(application, &others);
    if (!directory) return ShowUsage(*application, common, directory.error());
    auto box = LetterBox::Open(application->env.disk, application->env.clock, *directory, others);
    if (!box) return ShowUsage(*application, common, box.error());
    if (verb_ == "list") return List(*application, common, *box);
    if (verb_ == "show") return Show(*application, common, *box);
    if (!filter_.any() && !all_) {
      return ShowUsage(*application, common,
                       UserError("MR0767", "which letters? none were named", {},
                                 "say --id, --table, --stage, --reason or another filter; --all "
                                 "means every one")
                           .error());
    }
    return Change(*application, common, &*box);
  }

 private:
  CLI::App* Verb(CLI::App* app, const std::string& name, const std::string& help) {
    CLI::App* verb = app->add_subcommand(name, help)->fallthrough();
    verb->callback([this, name] { verb_ = name; });
    verb->add_option("file", file_, "SQL file of the pipeline")->type_name("SQL_FILE");
    verb->add_option("--data-dir", data_dir_, "Data directory (default ./.millrace/<name>)")
        ->type_name("DIR");
    return verb;
  }

  void DeclareFilter(CLI::App* verb) {
    verb->add_option("--table", filter_.table, "Of this table");
    verb->add_option("--stage", filter_.stage,
                     "decode, processing, inference, sink, delivery, late or crash");
    verb->add_option("--reason", filter_.reason, "With this text in the reason");
    verb->add_option("--where-like", filter_.where_like,
                     "SQL pattern (%, _) that the whole letter matches");
    verb->add_option("--since", filter_.since, "From this time on: 2026-01-31T12:00")
        ->type_name("TIME");
    verb->add_option("--state", filter_.state, "new, review, replayed or dropped")
        ->check(CLI::IsMember({"new", "review", "replayed", "dropped"}));
  }

  void DeclareIds(CLI::App* verb) {
    verb->add_option("--id", filter_.ids, "These letters")->type_name("ID");
    verb->add_flag("--all", all_, "Every letter");
  }

  /// Of the pipeline; `others`: files that its tables name for their letters.
  Result<std::string> DataDir(Application* application, std::vector<LetterFile>* others) const {
    if (file_.empty() && !data_dir_.empty()) return data_dir_;
    if (file_.empty()) {
      return UserError("MR0767", "which pipeline?", {}, "name its SQL file, or say --data-dir");
    }
    TRY_ASSIGN(const Program program, OutlineProgram(application, file_));
    const std::string directory = data_dir_.empty() ? DefaultDataDir(program.name) : data_dir_;
    const auto runs = [](const Step& step) {
      return step.kind == Step::Kind::kJob && !step.is_select;
    };
    const bool several = std::ranges::count_if(program.steps, runs) > 1;
    size_t number = 0;
    for (const Step& step : program.steps) {
      if (!runs(step)) continue;
      const std::string job = "/job-" + std::to_string(++number);
      for (const PlanNodePtr& root : step.roots) {
        FindLetterFiles(root, several ? directory + job : directory, others);
      }
    }
    return directory;
  }

  static void FindLetterFiles(const PlanNodePtr& node, const std::string& data_dir,
                              std::vector<LetterFile>* found) {
    const auto* scan = As<ScanNode>(node);
    const auto* sink = As<SinkNode>(node);
    if (scan != nullptr || sink != nullptr) {
      const auto& extras = (scan != nullptr ? scan->table() : sink->table())->extras;
      const auto path = extras.find("dead-letter.path");
      if (path != extras.end()) found->push_back({path->second.text, data_dir});
    }
    for (const PlanNodePtr& child : node->children()) FindLetterFiles(child, data_dir, found);
  }

  int List(const Application& application, const CommonOptions& common, const LetterBox& box) {
    const auto letters = box.Select(filter_);
    const RowStyle style = common.json ? RowStyle::kJson : RowStyle::kTable;
    TextResult result = each_ ? Each(letters) : Counts(letters);
    application.Print(TextOf(result, style));
    if (!common.json && !common.quiet) SayAccounting(application, box);
    return kExitOk;
  }

  static TextResult Each(const std::vector<const StoredLetter*>& letters) {
    TextResult result{
        {"id", "table", "stage", "state", "times", "split", "position", "reason"}, {}, {}};
    for (const StoredLetter* letter : letters) {
      result.rows.push_back({letter->id, letter->table, letter->stage,
                             std::string(StateText(letter->state)), std::to_string(letter->times),
                             letter->split, letter->position, letter->reason});
    }
    return result;
  }

  static TextResult Counts(const std::vector<const StoredLetter*>& letters) {
    std::map<std::vector<std::string>, KindCount> kinds;
    for (const StoredLetter* letter : letters) {
      KindCount& count = kinds[{letter->table, letter->stage, letter->code, KindOfReason(*letter)}];
      ++count.all;
      ++count.states[static_cast<size_t>(letter->state)];
    }
    TextResult result{
        {"table", "stage", "code", "reason", "letters", "new", "review", "replayed", "dropped"},
        {},
        {}};
    for (const auto& [kind, count] : kinds) {
      std::vector<std::string>& row = result.rows.emplace_back(kind);
      row.push_back(std::to_string(count.all));
      for (const size_t number : count.states) row.push_back(std::to_string(number));
    }
    return result;
  }

  /// What came in is what went out, was filtered, lies here or was late.
  static void SayAccounting(const Application& application, const LetterBox& box) {
    for (const auto& [title, numbers] : box.accounting()) {
      application.Say("last run of " + title + ": " + numbers["in"].raw() +
                      " in = " + numbers["out"].raw() + " out + " + numbers["filtered"].raw() +
                      " filtered + " + numbers["dead_lettered"].raw() + " dead letters + " +
                      numbers["late"].raw() + " late\n");
    }
  }

  int Show(const Application& application, const CommonOptions& common, const LetterBox& box) {
    const auto letters = box.Select(filter_);
    if (letters.empty()) {
      return ShowUsage(application, common,
                       UserError("MR0767", "there is no letter " + filter_.ids[0], {},
                                 "millrace dlq list --letters shows them")
                           .error());
    }
    for (const StoredLetter* letter : letters) {
      if (common.json) {
        std::string line = letter->line;
        line.pop_back();
        application.Print(line + ", \"state\": \"" + std::string(StateText(letter->state)) +
                          "\", \"times\": " + std::to_string(letter->times) + "}\n");
        continue;
      }
      const JsonDocument fields = letter->fields();
      std::string text = "letter " + letter->id + ": " + std::string(StateText(letter->state)) +
                         (letter->times > 1 ? ", came " + std::to_string(letter->times) + " times"
                                            : std::string()) +
                         "\n";
      for (const char* name : {"table", "stage", "operator", "code", "reason", "split", "position",
                               "timestamp_ms", "attempts", "pipeline", "epoch", "at", "row", "key",
                               "key_base64", "headers", "raw", "raw_base64"}) {
        const JsonDocument& value = fields[name];
        if (value.is_null()) continue;
        text += "  " + std::string(name) + std::string(14 - std::string_view(name).size(), ' ') +
                (value.text().empty() ? value.raw() : value.text()) + "\n";
      }
      application.Print(text);
    }
    return kExitOk;
  }

  int Change(const Application& application, const CommonOptions& common, LetterBox* box) {
    std::vector<const StoredLetter*> letters = box->Select(filter_);
    size_t without_record = 0;
    size_t before = 0;
    if (verb_ == "replay") {
      std::erase_if(letters, [&](const StoredLetter* letter) {
        const bool done = letter->state == LetterState::kReplayed && !again_;
        const bool settled = letter->state == LetterState::kDropped && filter_.state != "dropped";
        const bool possible = letter->can_be_replayed();
        before += done;
        without_record += !done && !settled && !possible;
        return done || settled || !possible;
      });
    }
    const Status status = letters.empty()     ? OkStatus()
                          : verb_ == "replay" ? box->Replay(letters, rate_)
                          : verb_ == "review" ? box->Mark(letters, LetterState::kReview)
                                              : box->Mark(letters, LetterState::kDropped);
    if (!status) return ShowError(application, common, status.error());
    if (common.json) {
      JsonWriter out;
      out.BeginObject().Field(verb_, letters.size()).Field("replayed_before", before);
      out.Field("without_record", without_record).EndObject();
      application.Print(std::move(out).Finish() + "\n");
    } else if (!common.quiet) {
      SayChange(application, letters.size(), before, without_record);
    }
    return letters.empty() ? kExitFindings : kExitOk;
  }

  void SayChange(const Application& application, size_t changed, size_t before,
                 size_t without_record) const {
    if (verb_ == "review") application.Say(Plural(changed) + " set aside for review\n");
    if (verb_ == "drop") application.Say(Plural(changed) + " marked as dropped\n");
    if (verb_ != "replay") return;
    std::string text = Plural(changed) + " to be replayed";
    if (before > 0) {
      text += "; " + std::to_string(before) + " replayed before (--again takes them, too)";
    }
    if (without_record > 0) {
      text += "; " + Plural(without_record) + " have no record of a table to replay";
    }
    text += "\n";
    if (changed > 0) {
      text +=
          "a pipeline that runs without an end takes them within a second, or at its next start; "
          "with bounded input: millrace run FILE --replays-only\n";
    }
    application.Say(text);
  }

  std::string verb_;
  std::string file_;
  std::string data_dir_;
  LetterFilter filter_;
  bool each_ = false;
  bool all_ = false;
  bool again_ = false;
  double rate_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeDlqCommand() { return std::make_unique<DlqCommand>(); }

}  // namespace millrace
