// SPDX-License-Identifier: Apache-2.0
// millrace top [FILE.sql]: a running program's operators, once a second, on a terminal; with --once
// one look for scripts.
#include <CLI/CLI.hpp>

#include <csignal>

#include "cli/client/door_client.h"
#include "cli/commands/builtin.h"
#include "cli/output/top_table.h"

namespace millrace {
namespace {

constexpr std::string_view kHome = "\x1b[H\x1b[2J";
volatile std::sig_atomic_t g_top_stopped = 0;

void StopTop(int) { g_top_stopped = 1; }

class TopCommand final : public Command {
 public:
  std::string name() const override { return "top"; }
  std::string help() const override { return "Watch the operators of a running program"; }

  void Declare(CLI::App* app) override {
    app->add_option("file", client_.target, "SQL file of the program (default: the one that runs)")
        ->type_name("SQL_FILE");
    client_.Declare(app);
    app->add_flag("--once", once_, "One look, then the end");
    app->add_option("--interval", interval_, "Seconds between two looks (default 1)")
        ->check(CLI::Range(0.1, 3600.0));
  }

  int Run(Application* application, const CommonOptions& common) override {
    const auto client = DoorClient::Make(application, client_);
    if (!client) return ShowUsage(*application, common, client.error());
    auto before = client->Get("/pipeline");
    if (!before) return ShowUsage(*application, common, before.error());
    const bool live = application->output_is_terminal && !once_ && !common.json;
    const auto previous = std::signal(SIGINT, StopTop);
    Status status;
    do {
      Wait(application->env.clock);
      if (g_top_stopped != 0) break;
      auto now = client->Get("/pipeline");
      if (!now) {
        status = std::unexpected(now.error());
        break;
      }
      const TopView view = CompareLooks(*before, *now);
      std::string text = common.json ? TopJson(view) + "\n" : TopText(view);
      if (live) text.insert(0, kHome);
      application->Print(text);
      before = std::move(now);
    } while (!once_);
    std::signal(SIGINT, previous);
    return status ? kExitOk : ShowError(*application, common, status.error());
  }

 private:
  void Wait(Clock* clock) const {
    const int64_t until = clock->MonotonicNanos() + static_cast<int64_t>(interval_ * 1e9);
    while (g_top_stopped == 0 && clock->MonotonicNanos() < until) clock->SleepNanos(20'000'000);
  }

  ClientOptions client_;
  bool once_ = false;
  double interval_ = 1;
};

}  // namespace

std::unique_ptr<Command> MakeTopCommand() { return std::make_unique<TopCommand>(); }

}  // namespace millrace
