// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/session.h"

#include <algorithm>
#include <cctype>
#include <csignal>

#include "cli/program_runner.h"

namespace millrace {
namespace {

constexpr std::string_view kDefaultName = "shell";

constexpr std::string_view kHelp =
    R"(A statement ends with ;  and may take several lines.
Ctrl-C stops what runs, or drops what was typed. Ctrl-D or quit; leaves.

  CREATE TABLE t (n BIGINT) WITH ('connector' = 'datagen');   declare a table
  SELECT * FROM t;                                            see its rows as they come
  EXPLAIN SELECT * FROM t;                                    the plan, and the delay of each step
  SHOW TABLES;  DESCRIBE t;  SHOW FUNCTIONS;  SET;            what there is
  EXECUTE STATEMENT SET BEGIN INSERT ..; INSERT ..; END;      several sinks, one read

Tab completes names, Ctrl-R searches the history. `millrace explain MR0201` explains a message.
)";

CompilerOptions OptionsFor(const Application& application, const ShellOptions& options) {
  CompilerOptions compiler;
  compiler.registries = application.registries;
  compiler.env = application.env;
  compiler.default_name = kDefaultName;
  compiler.overrides = options.overrides;
  return compiler;
}

/// The statement in lower case without `;` and blanks around it.
std::string Bare(std::string_view statement) {
  std::string bare = OneLine(statement);
  while (!bare.empty() && (bare.back() == ';' || bare.back() == ' ')) bare.pop_back();
  for (char& c : bare) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return bare;
}

}  // namespace

ShellSession::ShellSession(Application* application, ShellOptions options)
    : application_(application),
      options_(std::move(options)),
      compiler_(OptionsFor(*application, options_)) {}

int ShellSession::Run(LineSource* lines) {
  if (options_.interactive && !options_.common.quiet) {
    application_->Say("Statements end with ;  help; shows what there is, quit; leaves.\n");
  }
  std::string line;
  while (true) {
    const LineSource::Outcome outcome = lines->Read(PromptFor(), buffer_.text(), &line);
    if (outcome == LineSource::Outcome::kInterrupted) {
      buffer_.Clear();
      continue;
    }
    if (outcome == LineSource::Outcome::kEnd) break;
    Next next = Next::kGoOn;
    // The shell's own words do without `;`.
    if (options_.interactive && buffer_.blank() && IsShellWord(line, &next)) {
      if (next == Next::kLeave) return status_;
      continue;
    }
    buffer_.Append(line);
    if (Take(lines) == Next::kLeave) return status_;
  }
  const std::string rest = buffer_.TakeRest();
  if (!options_.interactive && !rest.empty()) Execute(rest);
  return status_;
}

ShellSession::Next ShellSession::Take(LineSource* lines) {
  while (const auto statement = buffer_.Take()) {
    lines->Remember(OneLine(*statement));
    if (Execute(*statement) == Next::kLeave) return Next::kLeave;
  }
  return Next::kGoOn;
}

bool ShellSession::IsShellWord(const std::string& statement, Next* next) const {
  const std::string word = Bare(statement);
  if (word == "quit" || word == "exit") {
    *next = Next::kLeave;
    return true;
  }
  if (word != "help") return false;
  application_->Print(std::string(kHelp));
  return true;
}

std::string ShellSession::PromptFor() const {
  if (buffer_.blank() && buffer_.place() == SqlScanner::Place::kCode) return "millrace> ";
  switch (buffer_.place()) {
    case SqlScanner::Place::kText: return "       '> ";
    case SqlScanner::Place::kName: return "       `> ";
    case SqlScanner::Place::kDoubleQuoted: return "       \"> ";
    case SqlScanner::Place::kBlockComment: return "       *> ";
    default: return "       -> ";
  }
}

ShellSession::Next ShellSession::Execute(const std::string& statement) {
  Next next = Next::kGoOn;
  if (IsShellWord(statement, &next)) return next;
  application_->secrets.AddReferences(statement, application_->env);
  DiagnosticList diagnostics;
  Program program = compiler_.Compile(statement, &diagnostics);
  const SourceText source(std::string(kDefaultName), statement);
  const bool shown = diagnostics.has_errors() || !options_.common.quiet;
  if (shown && !diagnostics.entries().empty()) {
    const int status = ShowDiagnostics(*application_, options_.common, diagnostics, &source);
    if (status != kExitOk) Fail(status);
  }
  if (diagnostics.has_errors()) return Next::kGoOn;
  return RunProgram(std::move(program));
}

ShellSession::Next ShellSession::RunProgram(Program program) {
  const std::string fingerprint = ProgramFingerprint(program);
  if (program.name == kDefaultName) program.name += "-" + fingerprint;
  RunOptions options;
  options.data_dir = options_.data_dir + "/" + fingerprint;
  options.quiet = options_.common.quiet;
  options.style = options_.style;
  const bool talks = options_.interactive && !options_.common.quiet;
  const bool has_insert = std::any_of(
      program.steps.begin(), program.steps.end(),
      [](const Step& step) { return step.kind == Step::Kind::kJob && !step.is_select; });
  ProgramRunner runner(application_, std::move(options));
  const Status status = runner.Run(program);
  if (!status) {
    Fail(ShowError(*application_, options_.common, status.error()));
  } else if (talks && has_insert) {
    application_->Say(runner.Summary() + "\n");
  } else if (talks && program.steps.empty()) {
    application_->Say("done\n");
  }
  // A signal is meant for the statement; without a terminal, and if it asks to end, for the shell
  // too.
  const int signal = runner.stop_signal();
  const bool leave = signal != 0 && (signal != SIGINT || !options_.interactive);
  return leave ? Next::kLeave : Next::kGoOn;
}

}  // namespace millrace
