// SPDX-License-Identifier: Apache-2.0
// A record at which the process dies (F3): every start is a process of its own on real files, and
// an operator, or the decoder in front of it, kills it with a signal. The record becomes a dead
// letter after three deaths, and only that one; everything else is written once.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arrow/api.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "connectors/connector.h"
#include "diagnostics/render.h"
#include "env/clock.h"
#include "env/disk.h"
#include "env/executor.h"
#include "formats/format.h"
#include "functions/builtin.h"
#include "models/model.h"
#include "operators/builtin.h"
#include "plan/nodes/stateless_nodes.h"
#include "plan/program.h"
#include "runtime/job.h"
#include "support/sql_session.h"

namespace millrace {
namespace {

constexpr int64_t kDeadly = 777;
constexpr int64_t kSlowNanos = 500'000'000;

/// What happens at a row.
enum class Fate {
  kNone,
  kDeadly,     // the process dies at a certain value of column 0 (BIGINT)
  kSlowStart,  // the first row takes kSlowNanos
};

/// Passes rows on.
class Deadly final : public Operator {
 public:
  Deadly(Fate fate, std::unique_ptr<Operator> behind) : fate_(fate), behind_(std::move(behind)) {}
  Status OnBatch(int input, Batch batch, Output* output) override {
    const auto& values = static_cast<const arrow::Int64Array&>(*batch.columns[0]);
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (fate_ == Fate::kSlowStart) {
        if (values.Value(row) == 0) MakeSystemClock()->SleepNanos(kSlowNanos);
        continue;
      }
      if (values.Value(row) % 1000 == kDeadly) kill(getpid(), SIGKILL);
    }
    return behind_->OnBatch(input, std::move(batch), output);
  }
  bool more() const override { return behind_->more(); }
  Status Continue(Output* output) override { return behind_->Continue(output); }

 private:
  Fate fate_;
  std::unique_ptr<Operator> behind_;
};

class QuarantineTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "quarantine." + std::to_string(getpid());
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_ + "/in");
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void WriteInput(const std::string& name, int64_t from, int64_t to) {
    std::ofstream file(directory_ + "/in/" + name);
    for (int64_t n = from; n < to; ++n) file << "{\"n\": " << n << "}\n";
  }

  /// One process; its wait status. It is killed after that long if it still lives then.
  int Start(Fate fate, int64_t kill_after_nanos = 0) {
    const pid_t child = fork();
    if (child == 0) {
      const Status status = RunJob(fate);
      if (!status) std::fprintf(stderr, "%s\n", status.error().ToString().c_str());
      _exit(status ? 0 : 1);
    }
    if (kill_after_nanos > 0) {
      MakeSystemClock()->SleepNanos(kill_after_nanos);
      kill(child, SIGKILL);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
  }

  /// Until an orderly end; how often the process died before.
  int RunToTheEnd() {
    for (int deaths = 0; deaths < 20; ++deaths) {
      const int status = Start(Fate::kDeadly);
      if (WIFEXITED(status)) {
        EXPECT_EQ(WEXITSTATUS(status), 0);
        return deaths;
      }
      EXPECT_EQ(WTERMSIG(status), SIGKILL);
    }
    ADD_FAILURE() << "it dies for ever";
    return 20;
  }

  std::vector<int64_t> Output() const {
    std::vector<int64_t> numbers;
    for (const auto& entry : std::filesystem::directory_iterator(directory_ + "/out")) {
      if (entry.path().filename().string().starts_with(".")) continue;
      for (const std::string& line : SplitLines(ReadTextFile(entry.path()))) {
        numbers.push_back(std::stoll(line));
      }
    }
    std::ranges::sort(numbers);
    return numbers;
  }

  std::vector<std::string> Letters() const {
    return SplitLines(ReadTextFile(directory_ + "/data/dead-letters/t.jsonl"));
  }

  std::string directory_;
  std::map<std::string, std::string> settings_;

 private:
  Status RunJob(Fate fate) {
    const auto clock = MakeSystemClock();
    const auto disk = MakeRealDisk();
    const auto background = MakeThreadExecutor(2);
    ConnectorRegistry connectors;
    FormatRegistry formats;
    ModelBackendRegistry models;
    RegisterBuiltinConnectors(&connectors);
    RegisterBuiltinFormats(&formats);
    RegisterBuiltinModelBackends(&models);
    CompilerOptions options;
    options.env.clock = clock.get();
    options.env.disk = disk.get();
    options.env.background = background.get();
    options.registries = {&BuiltinFunctions(), &BuiltinAggregates(), &connectors, &formats,
                          &models};
    options.overrides = settings_;
    options.overrides["parallelism.default"] = std::to_string(GetParam());
    const Environment env = options.env;
    Compiler compiler(std::move(options));
    const std::string sql =
        "CREATE TABLE t (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '" + directory_ +
        "/in', 'format' = 'json');\n"
        "CREATE TABLE o (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '" +
        directory_ +
        "/out', 'format' = 'csv');\n"
        "INSERT INTO o SELECT n + 0 FROM t;";
    DiagnosticList diagnostics;
    const Program program = compiler.Compile(sql, &diagnostics);
    if (diagnostics.has_errors()) {
      const SourceText source("test", sql);
      return InternalError(RenderText(diagnostics, &source));
    }
    OperatorRegistry operators;
    operators.Register(CalcNode::kKind,
                       [fate](const PlanNodePtr& node,
                              const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                         TRY_ASSIGN(auto calc, BuiltinOperators().Make(node, context));
                         if (fate == Fate::kNone) return calc;
                         return std::make_unique<Deadly>(fate, std::move(calc));
                       });
    JobSpec spec;
    spec.roots = program.steps.back().roots;
    spec.pipeline = "test";
    spec.data_dir = directory_ + "/data";
    spec.session = program.steps.back().session;
    TRY_ASSIGN(spec.settings, JobSettings::From(program.steps.back().settings));
    spec.env = env;
    spec.operators = &operators;
    TRY_ASSIGN(auto job, Job::Create(std::move(spec)));
    return job->Run();
  }
};

std::vector<int64_t> Without(int64_t end, std::initializer_list<int64_t> missing) {
  std::vector<int64_t> numbers;
  for (int64_t n = 0; n < end; ++n) {
    if (std::ranges::find(missing, n) == missing.end()) numbers.push_back(n);
  }
  return numbers;
}

TEST_P(QuarantineTest, TheRecordIsPutAsideAfterThreeDeaths) {
  WriteInput("a.json", 0, 500);
  WriteInput("b.json", 500, 999);
  EXPECT_EQ(RunToTheEnd(), 3);
  EXPECT_EQ(Output(), Without(999, {777}));
  const std::vector<std::string> letters = Letters();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_TRUE(letters[0].contains("\"stage\": \"crash\"")) << letters[0];
  EXPECT_TRUE(letters[0].contains("\"raw\": \"{\\\"n\\\": 777}\"")) << letters[0];
  EXPECT_TRUE(letters[0].contains("died 3 times")) << letters[0];
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/data/attempts"));
}

TEST_P(QuarantineTest, SeveralRecordsAreFoundOneAfterTheOther) {
  WriteInput("a.json", 0, 3000);
  EXPECT_LE(RunToTheEnd(), 9);
  EXPECT_EQ(Output(), Without(3000, {777, 1777, 2777}));
  EXPECT_EQ(Letters().size(), 3u);
}

TEST_P(QuarantineTest, MoreDeathsIfSo) {
  settings_["millrace.quarantine.deaths"] = "5";
  WriteInput("a.json", 0, 999);
  EXPECT_EQ(RunToTheEnd(), 5);
  EXPECT_EQ(Output(), Without(999, {777}));
}

TEST_P(QuarantineTest, NeverIfSo) {
  settings_["millrace.quarantine.deaths"] = "0";
  WriteInput("a.json", 0, 999);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(WIFSIGNALED(Start(Fate::kDeadly)));
  EXPECT_EQ(Start(Fate::kNone), 0);
  EXPECT_EQ(Output(), Without(999, {}));
}

/// What was mended in time leaves nothing behind.
TEST_P(QuarantineTest, AProcessThatLivesOnForgetsItsDeaths) {
  WriteInput("a.json", 0, 999);
  EXPECT_TRUE(WIFSIGNALED(Start(Fate::kDeadly)));
  EXPECT_TRUE(WIFSIGNALED(Start(Fate::kDeadly)));
  EXPECT_EQ(Start(Fate::kNone), 0);
  EXPECT_EQ(Output(), Without(999, {}));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/data/dead-letters/t.jsonl") &&
               !Letters().empty());
}

/// Somebody kills the process again and again, always in its first record, which takes its time.
TEST_P(QuarantineTest, AKillFromOutsideBlamesNoRecord) {
  WriteInput("a.json", 0, 999);
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(WIFSIGNALED(Start(Fate::kSlowStart, kSlowNanos / 2)));
  EXPECT_EQ(Start(Fate::kNone), 0);
  EXPECT_EQ(Output(), Without(999, {}));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/data/quarantine"));
}

INSTANTIATE_TEST_SUITE_P(Shards, QuarantineTest, testing::Values(1, 3));

}  // namespace
}  // namespace millrace
