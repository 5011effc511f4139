// SPDX-License-Identifier: Apache-2.0
#include "support/sql_session.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "data/row_format.h"
#include "diagnostics/render.h"
#include "runtime/job.h"

namespace millrace {
namespace {

/// Collects lines of print tables and of dead letters on standard error.
class CapturingWriter final : public LineWriter {
 public:
  Status Write(std::string_view lines) override {
    const std::lock_guard lock(mutex_);
    text_ += lines;
    return OkStatus();
  }
  std::string Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(text_, {});
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

class RowCollector final : public RowConsumer {
 public:
  explicit RowCollector(std::vector<std::string>* lines) : lines_(lines) {}
  Status OnRows(const Schema& schema, const Batch& batch) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      lines_->push_back(FormatRow(schema, batch, row));
    }
    return OkStatus();
  }

 private:
  std::vector<std::string>* lines_;
};

}  // namespace

struct SqlSession::Parts {
  std::unique_ptr<Clock> clock = MakeSystemClock();
  std::unique_ptr<Disk> disk = MakeRealDisk();
  CapturingWriter output;
  CapturingWriter error;
  ConnectorRegistry connectors;
  FormatRegistry formats;
  ModelBackendRegistry models;
  std::unique_ptr<Compiler> compiler;
  Environment env;
};

std::string RunMode::ToString() const {
  return "parallelism " + std::to_string(parallelism) + ", batch size " +
         std::to_string(batch_size);
}

SqlSession::SqlSession(RunMode mode) : parts_(std::make_unique<Parts>()) {
  RegisterBuiltinConnectors(&parts_->connectors);
  RegisterBuiltinFormats(&parts_->formats);
  RegisterBuiltinModelBackends(&parts_->models);
  parts_->env.clock = parts_->clock.get();
  parts_->env.disk = parts_->disk.get();
  parts_->env.output = &parts_->output;
  parts_->env.error = &parts_->error;
  CompilerOptions options;
  options.registries = {&BuiltinFunctions(), &BuiltinAggregates(), &parts_->connectors,
                        &parts_->formats, &parts_->models};
  options.env = parts_->env;
  options.overrides = {{"parallelism.default", std::to_string(mode.parallelism)},
                       {"millrace.batch-size", std::to_string(mode.batch_size)},
                       {"millrace.on-row-error", "fail"}};
  parts_->compiler = std::make_unique<Compiler>(std::move(options));
}

SqlSession::~SqlSession() = default;

Program SqlSession::Compile(const std::string& text, DiagnosticList* diagnostics) {
  return parts_->compiler->Compile(text, diagnostics);
}

StatementResult SqlSession::Execute(const std::string& statement) {
  StatementResult result;
  const Program program = parts_->compiler->Compile(statement, &result.diagnostics);
  if (result.diagnostics.has_errors()) {
    const SourceText source("statement", statement);
    result.error = RenderText(result.diagnostics, &source);
    return result;
  }
  for (const Step& step : program.steps) {
    result.has_section = true;
    const Status status = RunStep(step, &result);
    if (!status) {
      result.error = status.error().ToString();
      break;
    }
  }
  return result;
}

Status SqlSession::RunStep(const Step& step, StatementResult* result) {
  if (step.kind == Step::Kind::kOutput) {
    for (const auto& row : step.output.rows) {
      std::string line = "+I[";
      for (size_t i = 0; i < row.size(); ++i)
        line += (i > 0 ? ", " : "") + (row[i].empty() ? "null" : row[i]);
      result->lines.push_back(line + "]");
    }
    return OkStatus();
  }
  if (step.kind == Step::Kind::kPlanFile) {
    return parts_->env.disk->WriteAtomic(step.path, step.content);
  }
  RowCollector collector(&result->lines);
  JobSpec spec;
  spec.roots = step.roots;
  spec.pipeline = "case";
  spec.session = step.session;
  spec.session.random_seed = 1;
  TRY_ASSIGN(spec.settings, JobSettings::From(step.settings));
  spec.env = parts_->env;
  spec.collector = &collector;
  TRY_ASSIGN(auto job, Job::Create(std::move(spec)));
  const Status status = job->Run();
  for (std::string& line : SplitLines(parts_->output.Take())) {
    if (!line.empty()) result->lines.push_back(std::move(line));
  }
  return status;
}

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string ReadTextFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> FindCases(const std::string& folder, const std::string& suffix) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = std::filesystem::relative(entry.path(), folder).string();
    if (!entry.is_regular_file() || !path.ends_with(suffix)) continue;
    found.push_back(path.substr(0, path.size() - suffix.size()));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string CaseName(const std::string& path) {
  std::string name = path;
  std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
}

namespace {

/// True if the text so far opened a statement set that is not closed by END.
bool InsideStatementSet(const std::string& text) {
  std::string upper;
  for (const char c : text) {
    const char u = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (u == ' ' || u == '\n' || u == '\t') {
      if (!upper.empty() && upper.back() != ' ') upper += ' ';
    } else {
      upper += u;
    }
  }
  while (!upper.empty() && upper.back() == ' ') upper.pop_back();
  const bool opens = upper.starts_with("EXECUTE STATEMENT SET BEGIN") ||
                     upper.starts_with("BEGIN STATEMENT SET") ||
                     upper.starts_with("EXPLAIN STATEMENT SET BEGIN");
  return opens && !upper.ends_with(" END") && !upper.ends_with(";END");
}

/// End of the quoted text or comment that starts at `i`, or `i` if none does.
size_t SkipQuoted(const std::string& text, size_t i) {
  const char c = text[i];
  if (c == '\'' || c == '`') {
    const size_t end = text.find(c, i + 1);
    return end == std::string::npos ? text.size() : end + 1;
  }
  if (text.compare(i, 2, "--") == 0) {
    const size_t end = text.find('\n', i);
    return end == std::string::npos ? text.size() : end;
  }
  if (text.compare(i, 2, "/*") == 0) {
    const size_t end = text.find("*/", i + 2);
    return end == std::string::npos ? text.size() : end + 2;
  }
  return i;
}

}  // namespace

std::vector<std::string> SplitStatements(const std::string& text) {
  std::vector<std::string> statements;
  std::string current;
  const auto finish = [&] {
    const size_t begin = current.find_first_not_of(" \n\t\r");
    if (begin != std::string::npos) statements.push_back(current.substr(begin));
    current.clear();
  };
  for (size_t i = 0; i < text.size();) {
    const size_t end = SkipQuoted(text, i);
    if (end > i) {
      const bool comment = text.compare(i, 2, "--") == 0 ||
                           (text.compare(i, 2, "/*") == 0 && text.compare(i, 3, "/*+") != 0);
      if (!comment) current += text.substr(i, end - i);
      i = end;
      continue;
    }
    if (text[i] == ';' && !InsideStatementSet(current)) {
      finish();
    } else {
      current += text[i];
    }
    ++i;
  }
  finish();
  return statements;
}

}  // namespace millrace
