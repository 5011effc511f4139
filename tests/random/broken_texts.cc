// SPDX-License-Identifier: Apache-2.0
// broken_texts [--mutants N] [--seed S]: no text ends the process. The SQL files of tests/sql, with
// tokens left out, doubled, swapped, replaced and taken from other files, are compiled; those that
// are still right are laid out, and run for a while. Whatever is wrong must be said as an error of
// the user, at a place in the text. A mutant is drawn from the seed and its number alone. One that
// takes longer than kSecondsMax, or ends the process, is printed first.
#include <arrow/compute/initialize.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>

#include "connectors/connector.h"
#include "diagnostics/render.h"
#include "plan/nodes/source_nodes.h"
#include "random/engine/mode_run.h"
#include "sql/format/format.h"
#include "sql/parse/token.h"
#include "support/sql_session.h"

namespace millrace {
namespace {

constexpr unsigned kSecondsMax = 20;
constexpr const char* kRoot = "tests/sql";
constexpr Mode kBriefly = {.name = "briefly", .batch_rows_max = 7, .steps_max = 3000};

std::string current_mutant;  // for OnSignal

void OnSignal(int number) {
  const auto say = [](const char* text, size_t size) {
    if (write(STDERR_FILENO, text, size) < 0) _exit(1);
  };
  const char* what = number == SIGALRM ? "\ntakes too long:\n" : "\nends the process:\n";
  say(what, strlen(what));
  say(current_mutant.data(), current_mutant.size());
  _exit(1);
}

void CatchSignals() {
  static char stack[1 << 16];  // its own: the other one may be used up
  const stack_t alternative = {.ss_sp = stack, .ss_flags = 0, .ss_size = sizeof(stack)};
  sigaltstack(&alternative, nullptr);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_ONSTACK;
  for (const int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM}) {
    sigaction(number, &action, nullptr);
  }
}

/// A text as its tokens, each with the gap in front of it.
struct Original {
  std::string name;
  std::vector<std::string> tokens;
};

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::vector<Original> ReadOriginals() {
  std::vector<Original> originals;
  for (const char* suffix : {".sql", ".cases"}) {
    for (const std::string& name : FindCases(kRoot, suffix)) {
      const std::string path = std::string(kRoot) + "/" + name + suffix;
      const std::string data = path.substr(0, path.rfind('/')) + "/data";
      const std::string text =
          Replaced(Replaced(ReadTextFile(path), "${DATA}", data), "${OUT}", "/out");
      DiagnosticList ignored;
      Original original{.name = path, .tokens = {}};
      size_t end = 0;
      for (const sql::Token& token : sql::Tokenize(text, 0, &ignored)) {
        original.tokens.push_back(text.substr(end, token.span.end - end));
        end = token.span.end;
      }
      originals.push_back(std::move(original));
    }
  }
  return originals;
}

class Mutator {
 public:
  Mutator(const std::vector<Original>* originals, uint64_t seed)
      : originals_(*originals), random_(MakeRandom(seed)) {}

  std::string Draw(std::string* name) {
    const Original& original = originals_[Below(originals_.size())];
    *name = original.name;
    tokens_ = Part(original.tokens);
    for (uint64_t left = Below(4) == 0 ? 3 : 1; left > 0; --left) Mutate();
    std::string text;
    for (const std::string& token : tokens_) text += token;
    return text;
  }

 private:
  size_t Below(size_t limit) { return random_->Next() % std::max<size_t>(limit, 1); }

  /// The tables that a file declares first, and one of the other statements.
  std::vector<std::string> Part(const std::vector<std::string>& tokens) {
    std::vector<std::vector<std::string>> statements(1);
    for (const std::string& token : tokens) {
      statements.back().push_back(token);
      if (token.ends_with(";")) statements.emplace_back();
    }
    const auto declares_at = [&](size_t i) {
      return !statements[i].empty() && statements[i][0].ends_with("CREATE");
    };
    std::vector<std::string> part;
    size_t chosen = Below(statements.size());
    for (int left = 3; left > 0 && declares_at(chosen); --left) chosen = Below(statements.size());
    for (size_t i = 0; i <= chosen; ++i) {
      const bool declares = declares_at(i);
      if (i == chosen) focus_ = part.size();
      if (declares || i == chosen) {
        part.insert(part.end(), statements[i].begin(), statements[i].end());
      }
    }
    return part;
  }

  /// Mostly in the last statement.
  size_t Place() {
    if (Below(4) == 0) return Below(tokens_.size());
    return std::min(focus_ + Below(tokens_.size() - std::min(focus_, tokens_.size())),
                    tokens_.size() - 1);
  }

  std::vector<std::string> Some(const std::vector<std::string>& from, size_t at, size_t most) {
    const size_t count = std::min(1 + Below(most), from.size() - std::min(at, from.size()));
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(std::min(at, from.size()));
    return {begin, begin + static_cast<std::ptrdiff_t>(count)};
  }

  void Insert(size_t at, const std::vector<std::string>& some) {
    tokens_.insert(tokens_.begin() + static_cast<std::ptrdiff_t>(std::min(at, tokens_.size())),
                   some.begin(), some.end());
  }

  void Mutate() {
    if (tokens_.empty()) return;
    const size_t at = Place();
    const std::vector<std::string>& other = originals_[Below(originals_.size())].tokens;
    switch (Below(8)) {
      case 0: {  // left out
        const auto first = tokens_.begin() + static_cast<std::ptrdiff_t>(at);
        const auto count = static_cast<std::ptrdiff_t>(Some(tokens_, at, 3).size());
        tokens_.erase(first, first + count);
        return;
      }
      case 1: return std::swap(tokens_[at], tokens_[Place()]);
      case 2: return Insert(at, Some(tokens_, at, 6));
      case 3: return Insert(at, Some(tokens_, Place(), 12));
      case 4: return Insert(at, Some(other, Below(other.size()), 12));
      case 5: {  // very often
        const std::vector<std::string> some = Some(tokens_, at, 3);
        for (size_t left = Below(300); left > 0; --left) Insert(at, some);
        return;
      }
      case 6:
        if (!tokens_[at].empty()) tokens_[at][Below(tokens_[at].size())] = Character();
        return;
      default: tokens_[at] = other.empty() ? "" : other[Below(other.size())]; return;
    }
  }

  char Character() {
    constexpr std::string_view kCharacters =
        "'`\"()[]{}<>.,;:*/-+=%!?@#\\ \n\t09aZ_\x00\x7f\xc3\xff";
    return kCharacters[Below(kCharacters.size())];
  }

  const std::vector<Original>& originals_;
  std::unique_ptr<Random> random_;
  std::vector<std::string> tokens_;
  size_t focus_ = 0;  // where the statement begins that is broken most
};

/// Whether the plan reads files or makes rows, and needs nothing else of the outside.
bool StandsAlone(const PlanNodePtr& node) {
  if (const auto* scan = As<ScanNode>(node)) {
    const std::string_view connector = scan->table()->connector->name();
    return connector == "filesystem" || connector == "datagen";
  }
  return node->kind() != "Predict" && std::ranges::all_of(node->children(), StandsAlone);
}

class Judge {
 public:
  Judge() : files_(ReadFiles(kRoot)), session_(files_) {}

  /// What is wrong with how a text is answered, or nothing. Its tables read files of `folder`.
  std::string Verdict(const std::string& text, const std::string& folder, uint64_t seed) {
    session_.Reset();
    DiagnosticList diagnostics;
    const Program program = session_.Compile(text, &diagnostics);
    const SourceText source("mutant", text);
    const std::string rendered = RenderText(diagnostics, &source);
    for (const Diagnostic& entry : diagnostics.entries()) {
      const bool outside = entry.span.begin > entry.span.end || entry.span.end > text.size();
      if (entry.domain == ErrorDomain::kInternal) return "an internal error:\n" + rendered;
      if (entry.severity != Severity::kError) continue;
      if (!entry.has_span) return "an error without a place:\n" + rendered;
      if (outside) return "an error outside of the text:\n" + entry.message;
    }
    if (diagnostics.has_errors()) {
      ++refused_;
      return {};
    }
    ++accepted_;
    const std::string laid_out = sql::FormatScript(text);
    if (sql::FormatScript(laid_out) != laid_out) return "another layout each time:\n" + laid_out;
    for (const Step& step : program.steps) {
      std::string verdict = VerdictOfJob(step, folder, seed);
      if (!verdict.empty()) return verdict;
    }
    return {};
  }

  uint64_t refused() const { return refused_; }
  uint64_t accepted() const { return accepted_; }
  uint64_t run() const { return run_; }

 private:
  std::string VerdictOfJob(const Step& step, const std::string& folder, uint64_t seed) {
    if (step.roots.empty() || !std::ranges::all_of(step.roots, StandsAlone)) return {};
    ++run_;
    FilesByPath files;
    for (const auto& [path, bytes] : files_) {
      if (path.starts_with(folder)) files[path] = bytes;
    }
    const ModeAnswer answer = ModeRun(step, files, seed).Run(kBriefly, 0);
    const bool internal = answer.error.find("MR0001") != std::string::npos;
    const bool tired = answer.steps >= kBriefly.steps_max;
    return internal && !tired ? "an internal error while it runs: " + answer.error : "";
  }

  FilesByPath files_;
  QuerySession session_;
  uint64_t refused_ = 0;
  uint64_t accepted_ = 0;
  uint64_t run_ = 0;
};

int Main(uint64_t mutants, uint64_t seed) {
  const std::vector<Original> originals = ReadOriginals();
  Judge judge;
  uint64_t wrong = 0;
  CatchSignals();
  for (uint64_t number = 0; number < mutants; ++number) {
    std::string name;
    current_mutant = Mutator(&originals, seed * 1'000'003 + number).Draw(&name);
    alarm(kSecondsMax);
    const std::string folder = name.substr(0, name.rfind('/')) + "/data/";
    const std::string verdict = judge.Verdict(current_mutant, folder, seed + number);
    if (verdict.empty()) continue;
    ++wrong;
    std::printf("mutant %lu of %s: %s\n%s\n\n", number, name.c_str(), verdict.c_str(),
                current_mutant.c_str());
    std::fflush(stdout);
  }
  std::printf("%lu mutants: %lu refused, %lu accepted (%lu jobs run), %lu answered wrong\n",
              mutants, judge.refused(), judge.accepted(), judge.run(), wrong);
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace millrace

int main(int argc, char** argv) {
  uint64_t mutants = 20'000;
  uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::string_view(argv[i]) == "--mutants") mutants = std::stoull(argv[i + 1]);
    if (std::string_view(argv[i]) == "--seed") seed = std::stoull(argv[i + 1]);
  }
  if (const auto status = arrow::compute::Initialize(); !status.ok()) {
    std::fprintf(stderr, "Arrow's kernels do not start: %s\n", status.ToString().c_str());
    return 1;
  }
  return millrace::Main(mutants, seed);
}
