// SPDX-License-Identifier: Apache-2.0
// testdata/changes.txt: pairs of queries, and what becomes of the state of the first under the
// second. UPDATE=1 rewrites what was found, never the verdict in the title.
#include "plan/identity/plan_comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "diagnostics/render.h"
#include "functions/aggregate.h"
#include "functions/builtin.h"
#include "plan/program.h"

namespace millrace {
namespace {

constexpr const char* kFile = "src/plan/identity/testdata/changes.txt";
constexpr std::string_view kBecomes = "-- becomes";

/// Takes and gives any rows, and is never run.
class AnyConnector final : public Connector {
 public:
  AnyConnector(std::string name, bool upserts) : name_(std::move(name)), upserts_(upserts) {}
  std::string_view name() const override { return name_; }
  std::string_view summary() const override { return "Rows of a test."; }
  std::vector<OptionSpec> options() const override {
    std::vector<OptionSpec> specs;
    for (const char* key : {"topic", "scan.startup.mode", "note"}) {
      specs.push_back({.key = key, .default_value = ""});
    }
    return specs;
  }
  bool can_read() const override { return true; }
  bool can_write() const override { return true; }
  bool needs_format() const override { return false; }
  bool reads_upserts() const override { return upserts_; }
  SinkTraits sink_traits() const override { return {.accepts = ChangelogMode::All()}; }
  Status Check(const TableContext&, bool) const override { return OkStatus(); }

 private:
  std::string name_;
  bool upserts_;
};

struct Case {
  std::string title;
  std::string prelude;  // common to all cases up to here
  std::string before;
  std::string after;
};

struct File {
  std::vector<Case> cases;
  std::string head;  // text above the first case
};

File ReadCases() {
  std::ifstream in(kFile, std::ios::binary);
  File file;
  std::string* target = &file.head;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("== ")) {
      file.cases.push_back({.title = line.substr(3), .prelude = {}, .before = {}, .after = {}});
      target = &file.cases.back().before;
    } else if (line == kBecomes) {
      target = &file.cases.back().after;
    } else if (!line.starts_with("> ")) {
      *target += line + "\n";
    }
  }
  for (Case& one : file.cases) {
    for (std::string* text : {&one.before, &one.after}) {
      while (text->ends_with("\n\n")) text->pop_back();
    }
  }
  return file;
}

class PlanChangesTest : public testing::Test {
 protected:
  PlanChangesTest() {
    connectors_.Register(std::make_unique<AnyConnector>("rows", false));
    connectors_.Register(std::make_unique<AnyConnector>("upserts", true));
  }

  PlanIdentity IdentityOf(const std::string& prelude, const std::string& text) {
    CompilerOptions options;
    options.registries = {&BuiltinFunctions(), &BuiltinAggregates(), &connectors_, &formats_,
                          &models_};
    Compiler compiler(std::move(options));
    DiagnosticList diagnostics;
    const std::string whole = prelude + text;
    const Program program = compiler.Compile(whole, &diagnostics);
    const SourceText source("case", whole);
    EXPECT_FALSE(diagnostics.has_errors()) << RenderText(diagnostics, &source);
    for (const Step& step : program.steps) {
      if (step.kind == Step::Kind::kJob) return PlanIdentity::Of(step.roots);
    }
    return {};
  }

  ConnectorRegistry connectors_;
  FormatRegistry formats_;
  ModelBackendRegistry models_;
};

std::string Describe(const PlanComparison& comparison) {
  std::string text;
  for (const OperatorChange& change : comparison.changes) {
    if (change.role() == OperatorIdentity::Role::kPassing) continue;
    const bool plain = change.fate == StateFate::kKept && change.reason.empty();
    if (change.role() != OperatorIdentity::Role::kState && plain) continue;
    text += "> " + std::string(FateName(change.fate)) + ": " + change.shown().description + "\n";
    if (!change.reason.empty()) text += ">   " + change.reason + "\n";
    if (!plain) text += ">   " + change.outcome + "\n";
  }
  return text;
}

/// What the first word of a title promises.
bool Holds(const std::string& verdict, const PlanComparison& comparison) {
  const auto& changes = comparison.changes;
  const auto of_state = [](const OperatorChange& change) {
    return change.role() == OperatorIdentity::Role::kState;
  };
  const auto any = [&](StateFate fate) {
    return std::ranges::any_of(changes, [fate](const OperatorChange& change) {
      return change.fate == fate && change.role() != OperatorIdentity::Role::kPassing;
    });
  };
  if (verdict == "same:") {
    return std::ranges::all_of(changes, [&](const OperatorChange& change) {
      return !of_state(change) ||
             (change.fate == StateFate::kKept && change.before->id == change.after->id);
    });
  }
  if (verdict == "kept:") return !comparison.loses() && !any(StateFate::kNew);
  if (verdict == "new:") return !comparison.loses() && any(StateFate::kNew);
  if (verdict == "part:") return any(StateFate::kPartlyLost) && !any(StateFate::kLost);
  if (verdict == "gone:") return any(StateFate::kRemoved) && !any(StateFate::kLost);
  return verdict == "lost:" && comparison.loses() && any(StateFate::kLost);
}

TEST_F(PlanChangesTest, PairsAreJudgedAsRecorded) {
  const File file = ReadCases();
  ASSERT_GE(file.cases.size(), 40u);
  std::string found = file.head;
  for (const Case& one : file.cases) {
    SCOPED_TRACE(one.title);
    const PlanIdentity before = IdentityOf(file.head, one.before);
    const PlanIdentity after = IdentityOf(file.head, one.after);
    ASSERT_FALSE(before.operators().empty());
    ASSERT_FALSE(after.operators().empty());
    const PlanComparison comparison = ComparePlans(before, after);
    const std::string text = Describe(comparison);
    EXPECT_TRUE(Holds(one.title.substr(0, one.title.find(' ')), comparison)) << text;
    found += "== " + one.title + "\n" + one.before + std::string(kBecomes) + "\n" + one.after +
             text + "\n";
  }
  if (std::getenv("UPDATE") != nullptr) std::ofstream(kFile, std::ios::binary) << found;
  std::ifstream in(kFile, std::ios::binary);
  std::ostringstream recorded;
  recorded << in.rdbuf();
  EXPECT_EQ(recorded.str(), found) << "UPDATE=1 rewrites " << kFile;
}

TEST_F(PlanChangesTest, IdsAreUniqueAndRepeatable) {
  const File file = ReadCases();
  for (const Case& one : file.cases) {
    SCOPED_TRACE(one.title);
    const PlanIdentity first = IdentityOf(file.head, one.after);
    const PlanIdentity second = IdentityOf(file.head, one.after);
    EXPECT_EQ(first.ToJson(), second.ToJson());
    EXPECT_TRUE(ComparePlans(first, second).same());
    std::set<std::string> ids;
    for (const OperatorIdentity& identity : first.operators()) {
      EXPECT_TRUE(ids.insert(identity.id).second) << identity.description;
    }
  }
}

TEST_F(PlanChangesTest, ANewEqualDoesNotTakeTheStateOfTheOld) {
  const File file = ReadCases();
  const std::string counts = "SELECT card, COUNT(*) FROM payments WHERE amount > ";
  const std::string before_text = "INSERT INTO totals " + counts + "10 GROUP BY card;";
  // `alerts` comes before `totals` in any order by name.
  const PlanIdentity before = IdentityOf(file.head, before_text);
  PlanIdentity after =
      IdentityOf(file.head, "EXECUTE STATEMENT SET BEGIN INSERT INTO alerts " + counts +
                                "99 GROUP BY card; " + before_text + " END;");
  const PlanComparison comparison = ComparePlans(before, after);
  EXPECT_FALSE(comparison.loses());
  after.Adopt(before, comparison.carried);
  const auto id_of = [](const PlanIdentity& plan, const std::string& feeds) {
    for (const OperatorIdentity& identity : plan.operators()) {
      if (identity.kind == "GroupAggregate" && identity.feeds == std::vector{feeds}) {
        return identity.id;
      }
    }
    return std::string("none");
  };
  EXPECT_EQ(id_of(after, "totals"), id_of(before, "totals"));
  EXPECT_NE(id_of(after, "alerts"), id_of(before, "totals"));
  EXPECT_NE(id_of(after, "alerts"), "none");
}

TEST_F(PlanChangesTest, LostStateIsNotReadUnderTheOldId) {
  const File file = ReadCases();
  const std::string groups = "FROM (SELECT card, COUNT(*) AS n FROM payments GROUP BY card) AS g;";
  const PlanIdentity before =
      IdentityOf(file.head, "INSERT INTO totals SELECT 'n', COUNT(*) " + groups);
  PlanIdentity after =
      IdentityOf(file.head, "INSERT INTO totals SELECT 'n', COUNT(*) + SUM(n) " + groups);
  const PlanComparison comparison = ComparePlans(before, after);
  EXPECT_TRUE(comparison.loses());
  after.Adopt(before, comparison.carried);
  for (const OperatorIdentity& identity : after.operators()) {
    if (identity.kind != "GroupAggregate" || !identity.keys.empty()) continue;
    EXPECT_EQ(before.Find(identity.id), nullptr);
  }
}

}  // namespace
}  // namespace millrace
