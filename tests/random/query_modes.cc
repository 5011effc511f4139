// SPDX-License-Identifier: Apache-2.0
// query_modes FOLDER SEED [MODE]: answers the queries of a script from standard input in each mode
// (or one), over the files of FOLDER. Statements end with a semicolon; those that make tables come
// first. For each query and mode a line `#answer NUMBER MODE [linear]`, then the changelog or
// `error: ..`, and `#restarts N` where it died. A plan is linear where no operator has two inputs
// and at most one has state: at parallelism 1 its changelog must be the same, not only the rows it
// leaves. (What falls due at the same time comes in any order; a second operator may show it.)
#include <arrow/compute/initialize.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>

#include "diagnostics/render.h"
#include "random/engine/mode_run.h"
#include "support/sql_session.h"

namespace millrace {
namespace {

constexpr Mode kModes[] = {
    {.name = "plain"},
    {.name = "rows", .batch_rows_max = 1},
    {.name = "shards", .parallelism = 2, .batch_rows_max = 5},
    {.name = "many-shards", .parallelism = 4},
    {.name = "killed", .batch_rows_max = 2, .deaths = 2},
    {.name = "small", .batch_rows_max = 3, .state_bytes = 64},
    {.name = "small-killed", .batch_rows_max = 2, .state_bytes = 64, .deaths = 2},
    {.name = "rescaled", .parallelism = 2, .batch_rows_max = 2, .deaths = 2, .rescale = true},
};

/// The text of an error, or what there is to run.
std::string Compile(QuerySession* session, const std::string& statement, Program* program) {
  DiagnosticList diagnostics;
  *program = session->Compile(statement, &diagnostics);
  const SourceText source("statement", statement);
  return diagnostics.has_errors() ? RenderText(diagnostics, &source) : "";
}

bool IsLinear(PlanNodePtr node) {
  int with_state = 0;
  while (node->children().size() == 1) {
    with_state += node->has_keyed_state() ? 1 : 0;
    node = node->children()[0];
  }
  return node->children().empty() && with_state <= 1;
}

void Show(const ModeAnswer& answer) {
  for (const std::string& line : answer.lines) std::printf("%s\n", line.c_str());
  if (!answer.error.empty()) std::printf("error: %s\n", answer.error.c_str());
  std::fflush(stdout);
}

void RunQuery(size_t number, const Step& step, const FilesByPath& files, uint64_t seed,
              std::string_view only) {
  // How many steps there are when rows come one at a time: deaths are drawn among them.
  uint64_t steps = 0;
  for (const Mode& mode : kModes) {
    const bool wanted = only.empty() || only == mode.name || mode.name == "plain";
    if (!wanted && mode.name != "rows") continue;
    // Said before it is run: it stands there if the run ends the process.
    std::printf("#answer %zu %s%s\n", number, std::string(mode.name).c_str(),
                IsLinear(step.roots[0]) ? " linear" : "");
    std::fflush(stdout);
    const auto expected = static_cast<uint64_t>(static_cast<int64_t>(steps) /
                                                std::min<int64_t>(mode.batch_rows_max, 3));
    const ModeAnswer answer = ModeRun(step, files, seed * 1000 + number).Run(mode, expected);
    if (mode.name == "rows") steps = answer.steps;
    Show(answer);
    if (answer.restarts > 0) std::printf("#restarts %d\n", answer.restarts);
  }
}

int Main(const std::string& folder, uint64_t seed, std::string_view only) {
  const FilesByPath files = ReadFiles(folder);
  QuerySession session(files);
  const std::string script{std::istreambuf_iterator<char>(std::cin), {}};
  size_t number = 0;
  for (const std::string& statement : SplitStatements(script)) {
    Program program;
    const std::string error = Compile(&session, statement, &program);
    if (statement.starts_with("CREATE ")) {
      if (error.empty()) continue;
      std::fprintf(stderr, "%s\n", error.c_str());
      return 1;
    }
    if (!error.empty()) {
      std::printf("#answer %zu plain\nerror: %s\n", number++, error.c_str());
    } else {
      RunQuery(number++, program.steps[0], files, seed, only);
    }
  }
  return 0;
}

}  // namespace
}  // namespace millrace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: query_modes FOLDER SEED [MODE] < SCRIPT\n");
    return 2;
  }
  if (const auto status = arrow::compute::Initialize(); !status.ok()) {
    std::fprintf(stderr, "Arrow's kernels do not start: %s\n", status.ToString().c_str());
    return 1;
  }
  return millrace::Main(argv[1], std::stoull(argv[2]), argc > 3 ? argv[3] : "");
}
