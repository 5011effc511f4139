// SPDX-License-Identifier: Apache-2.0
// millrace tap NAME [FILE.sql]: rows on the edges of a running program. Rows go to standard output,
// what was matched and how much of it was shown to standard error. What is shown is a sample.
#include <CLI/CLI.hpp>

#include <csignal>

#include "base/json_writer.h"
#include "cli/client/door_client.h"
#include "cli/commands/builtin.h"
#include "cli/output/progress_line.h"

namespace millrace {
namespace {

constexpr int64_t kPollNanos = 200'000'000;
constexpr int64_t kSecondNanos = 1'000'000'000;
constexpr int64_t kRowsPerPollMax = 1000;
volatile std::sig_atomic_t g_tap_stopped = 0;

void StopTap(int) { g_tap_stopped = 1; }

class TapCommand final : public Command {
 public:
  std::string name() const override { return "tap"; }
  std::string help() const override { return "Look at rows inside a running program"; }

  void Declare(CLI::App* app) override {
    app->add_option("name", name_, "Table, operator or operator id; * and ? match any")
        ->required()
        ->type_name("RUNNING");
    app->add_option("file", client_.target, "SQL file of the program (default: the one that runs)")
        ->type_name("SQL_FILE");
    client_.Declare(app);
    app->add_flag("--inputs-of", inputs_,
                  "What the named operators read instead of what they emit");
    app->add_option("--where", where_, "SQL condition on the columns of the edge");
    app->add_option("--limit", limit_, "End after so many rows (default: go on until Ctrl-C)")
        ->check(CLI::PositiveNumber);
    app->add_option("--duration", duration_, "End after so many seconds")
        ->check(CLI::PositiveNumber);
    app->add_option("--format", format_, "json (default): an object per row; changelog: +I[..]")
        ->check(CLI::IsMember({"json", "changelog"}));
    app->add_flag("--meta", meta_, "json: wrap each row with its operator and change kind");
  }

  int Run(Application* application, const CommonOptions& common) override {
    const auto client = DoorClient::Make(application, client_);
    if (!client) return ShowUsage(*application, common, client.error());
    auto answer = client->Get(OpenPath());
    if (!answer) return ShowUsage(*application, common, answer.error());
    if ((*answer)["edges"].items().empty()) return SayNothingMatches(*application, *answer);
    if (!common.quiet) SayMatches(*application, *answer);
    const auto previous = std::signal(SIGINT, StopTap);
    const Status status = Follow(*application, *client, *std::move(answer));
    std::signal(SIGINT, previous);
    if (!common.quiet) SaySample(*application);
    return status ? kExitOk : ShowError(*application, common, status.error());
  }

 private:
  std::string OpenPath() const {
    const int64_t rows = limit_ > 0 ? std::min(limit_, kRowsPerPollMax) : kRowsPerPollMax;
    return "/tap?name=" + UrlEncode(name_) + (inputs_ ? "&side=inputs" : "") +
           (where_.empty() ? "" : "&where=" + UrlEncode(where_)) + "&rows=" + std::to_string(rows);
  }

  Status Follow(const Application& application, const DoorClient& client, JsonDocument answer) {
    Clock* clock = application.env.clock;
    const std::string session = answer["session"].raw();
    const int64_t begin = clock->MonotonicNanos();
    while (true) {
      seen_ += answer["seen"].number();
      looked_at_ += answer["looked_at"].number();
      PrintRows(application, answer);
      seconds_ = static_cast<double>(clock->MonotonicNanos() - begin) / kSecondNanos;
      const bool over = (limit_ > 0 && shown_ >= limit_) ||
                        (duration_ > 0 && seconds_ >= duration_) || g_tap_stopped != 0;
      if (over) return OkStatus();
      clock->SleepNanos(kPollNanos);
      TRY_ASSIGN(answer, client.Get("/tap?session=" + session));
    }
  }

  void PrintRows(const Application& application, const JsonDocument& answer) {
    std::string text;
    for (const JsonDocument& row : answer["rows"].items()) {
      if (limit_ > 0 && shown_ >= limit_) break;
      ++shown_;
      if (format_ == "changelog") {
        text += row["text"].text() + "\n";
      } else if (meta_) {
        const auto& edges = answer["edges"].items();
        const auto& edge = edges[static_cast<size_t>(row["edge"].number())];
        JsonWriter out;
        out.BeginObject().Field("operator", edge["kind"].text()).Field("id", edge["id"].text());
        out.Field("table", edge["table"].text()).Field("change", row["change"].text());
        out.Key("row").Raw(row["row"].raw()).EndObject();
        text += std::move(out).Finish() + "\n";
      } else {
        text += row["row"].raw() + "\n";
      }
    }
    if (!text.empty()) application.Print(text);
  }

  int SayNothingMatches(const Application& application, const JsonDocument& answer) const {
    std::string text = "millrace: nothing matches '" + name_ +
                       (inputs_ ? "' and reads from another operator" : "'") + "; there is:";
    for (const JsonDocument& name : answer["names"].items()) text += " " + name.text();
    application.Say(text + "\n");
    return kExitFindings;
  }

  static void SayMatches(const Application& application, const JsonDocument& answer) {
    std::string text;
    for (const JsonDocument& edge : answer["edges"].items()) {
      text += "tapping " + edge["kind"].text();
      if (!edge["table"].text().empty()) text += " " + edge["table"].text();
      text += " (" + edge["id"].text() + ")";
      std::string readers;
      for (const JsonDocument& reader : edge["readers"].items()) {
        readers += (readers.empty() ? " -> " : ", ") + reader.text();
      }
      text += readers;
      if (!edge["skipped"].is_null()) text += ": skipped, " + edge["skipped"].text();
      text += "\n";
    }
    application.Say(text);
  }

  void SaySample(const Application& application) const {
    const double rate = seconds_ > 0 ? seen_ / seconds_ : seen_;
    std::string text = "sampled " + WithCommas(static_cast<uint64_t>(shown_)) + " of " +
                       WithCommas(static_cast<uint64_t>(seen_)) + " rows (~" +
                       WithCommas(static_cast<uint64_t>(rate)) + "/s)";
    if (!where_.empty()) {
      text += "; the condition was tried on " + WithCommas(static_cast<uint64_t>(looked_at_));
    }
    application.Say(text + "\n");
  }

  ClientOptions client_;
  std::string name_;
  bool inputs_ = false;
  std::string where_;
  int64_t limit_ = 0;
  double duration_ = 0;
  std::string format_ = "json";
  bool meta_ = false;

  double seen_ = 0;
  double looked_at_ = 0;
  int64_t shown_ = 0;
  double seconds_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeTapCommand() { return std::make_unique<TapCommand>(); }

}  // namespace millrace
