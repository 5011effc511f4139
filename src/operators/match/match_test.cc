// SPDX-License-Identifier: Apache-2.0
// Match against a matcher that tries every way from every row, for patterns and conditions at
// random; cut in any way and interrupted. Which of several ways goes out is for the golden files.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "functions/builtin.h"
#include "plan/match/match_node.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

constexpr int kKey = 0;
constexpr int kId = 1;
constexpr int kValue = 2;
constexpr int kTime = 3;

Schema MatchInput() {
  return Schema({{"k", DataType::String()},
                 {"id", DataType::BigInt()},
                 {"v", DataType::BigInt()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

ExpressionPtr MatchCall(std::string_view name, std::vector<ExpressionPtr> args) {
  static const FunctionRegistry registry = [] {
    FunctionRegistry made;
    RegisterArithmeticFunctions(&made);
    RegisterComparisonFunctions(&made);
    return made;
  }();
  const ScalarFunction* function = registry.Find(name);
  EXPECT_NE(function, nullptr) << name;
  static const SessionContext session;
  CallSite site;
  site.session = &session;
  for (const ExpressionPtr& arg : args)
    site.args.push_back({.type = arg->type(), .literal = arg->literal()});
  auto resolved = function->resolve(site);
  EXPECT_TRUE(resolved.has_value()) << (resolved ? "" : resolved.error().ToString());
  return Expression::Call(function, std::move(*resolved), std::move(args));
}

ExpressionPtr Place(int index) {
  return Expression::InputRef(index, DataType::BigInt(), "p" + std::to_string(index));
}

ExpressionPtr Number(int64_t value) {
  return Expression::Literal(std::make_shared<arrow::Int64Scalar>(value),
                             DataType::BigInt().NotNull());
}

/// What a condition asks, to build the expression and to compute it by hand.
struct Rule {
  enum class Kind { kAny, kAtLeast, kAboveFirstRow, kRising, kSumBelow, kCountBelow } kind;
  int64_t bound = 0;
};

MatchExpressions ConditionOf(const Rule& rule, int element) {
  const auto value = [](int of, bool first, int64_t offset) {
    return MatchValue{.element = of, .first = first, .offset = offset, .column = kValue};
  };
  MatchExpressions condition;
  const auto aggregate = [&](const char* function, int of) {
    condition.aggregates.push_back(
        {.element = of, .call = MakeCall(MatchInput(), function, {kValue}, "a")});
  };
  switch (rule.kind) {
    case Rule::Kind::kAny: return condition;
    case Rule::Kind::kAtLeast:
      condition.values = {value(element, false, 0)};
      condition.expressions = {MatchCall(">=", {Place(0), Number(rule.bound)})};
      break;
    case Rule::Kind::kAboveFirstRow:
      condition.values = {value(element, false, 0), value(kAllElements, true, 0)};
      condition.expressions = {MatchCall(">=", {Place(0), Place(1)})};
      break;
    case Rule::Kind::kRising:
      condition.values = {value(element, false, 0), value(element, false, 1)};
      condition.expressions = {
          Expression::Or({MatchCall("IS NULL", {Place(1)}), MatchCall(">", {Place(0), Place(1)})})};
      break;
    case Rule::Kind::kSumBelow:
      aggregate("SUM", element);
      condition.expressions = {MatchCall("<", {Place(0), Number(rule.bound)})};
      break;
    case Rule::Kind::kCountBelow:
      aggregate("COUNT", kAllElements);
      condition.expressions = {MatchCall("<", {Place(0), Number(rule.bound)})};
      break;
  }
  return condition;
}

struct RandomPattern {
  std::vector<PatternElement> elements;
  std::vector<Rule> rules;
  AfterMatch::Kind after = AfterMatch::Kind::kToNextRow;
  int64_t within_ms = 0;
};

RandomPattern PatternOf(std::mt19937_64& random, bool looks_back) {
  RandomPattern pattern;
  const size_t count = 1 + random() % 4;
  for (size_t i = 0; i < count; ++i) {
    static constexpr std::pair<int64_t, int64_t> kQuantifiers[] = {
        {1, 1}, {1, 1}, {1, 1}, {1, -1}, {1, -1}, {0, -1}, {0, 1}, {2, 2}, {1, 3}, {2, -1}, {0, 2}};
    const auto [min, max] = kQuantifiers[random() % std::size(kQuantifiers)];
    PatternElement element{.name = std::string(1, static_cast<char>('A' + i)),
                           .min = min,
                           .max = max,
                           .reluctant = random() % 2 == 0 && !(min == 0 && max == 1),
                           .condition = {}};
    if (i + 1 == count && element.greedy()) element.reluctant = true;
    if (i > 0 && element.optional() && max <= 1 && pattern.elements.back().greedy()) {
      element.min = 1;
    }
    const auto kinds = looks_back ? 6 : 2;
    Rule rule{.kind = static_cast<Rule::Kind>(random() % kinds),
              .bound = static_cast<int64_t>(random() % 7)};
    if (rule.kind == Rule::Kind::kSumBelow) rule.bound = 20;
    element.condition = ConditionOf(rule, static_cast<int>(i));
    pattern.elements.push_back(std::move(element));
    pattern.rules.push_back(rule);
  }
  const bool empty = std::ranges::all_of(pattern.elements, &PatternElement::optional);
  if (empty) pattern.elements[0].min = pattern.elements[0].max = 1;
  if (random() % 2 == 0) pattern.after = AfterMatch::Kind::kPastLastRow;
  if (random() % 2 == 0) pattern.within_ms = 1000 + static_cast<int64_t>(random() % 5000);
  return pattern;
}

PlanNodePtr MatchOf(const RandomPattern& pattern) {
  MatchNode::Fields fields;
  fields.partition_keys = {kKey};
  fields.order = {{.column = kTime}};
  fields.pattern = pattern.elements;
  fields.after.kind = pattern.after;
  fields.within_ms = pattern.within_ms;
  fields.measures.values = {{.first = true, .column = kId}, {.column = kId}};
  fields.measures.aggregates = {
      {.element = kAllElements, .call = MakeCall(MatchInput(), "SUM", {kValue}, "s")}};
  fields.measures.expressions = {Place(0), Place(1), Place(2)};
  fields.names = {"first", "last", "sum"};
  return std::make_shared<MatchNode>(InputNode(MatchInput()), std::move(fields));
}

struct NaiveRow {
  int64_t id = 0;
  int64_t value = 0;
  int64_t time = 0;
};

/// Every way to match, kept as the element of each row.
class NaiveMatcher {
 public:
  NaiveMatcher(const RandomPattern& pattern, std::vector<NaiveRow> rows)
      : pattern_(pattern), rows_(std::move(rows)) {}

  /// First and last row of the matches, or nothing where one start has several that go out at once.
  std::optional<std::vector<std::pair<size_t, size_t>>> Run() {
    for (size_t row = 0; row < rows_.size(); ++row) {
      Expire(rows_[row].time);
      open_.emplace(row, std::vector<Way>{Way()});
      for (auto& [start, ways] : open_) Lead(start, row, &ways);
      std::erase_if(open_, [](const auto& of) { return of.second.empty(); });
      Send();
    }
    Expire(std::numeric_limits<int64_t>::max());
    if (ambiguous_) return std::nullopt;
    return sent_;
  }

 private:
  using Way = std::vector<int>;  // elements, row by row

  int64_t CountOf(const Way& way, int element) const { return std::ranges::count(way, element); }

  bool Holds(size_t start, const Way& way, int element) const {
    const size_t at = start + way.size();
    const Rule& rule = pattern_.rules[static_cast<size_t>(element)];
    const int64_t value = rows_[at].value;
    switch (rule.kind) {
      case Rule::Kind::kAny: return true;
      case Rule::Kind::kAtLeast: return value >= rule.bound;
      case Rule::Kind::kAboveFirstRow: return value >= rows_[start].value;
      case Rule::Kind::kRising:
        return way.empty() || way.back() != element || value > rows_[at - 1].value;
      case Rule::Kind::kCountBelow: return static_cast<int64_t>(way.size()) + 1 < rule.bound;
      case Rule::Kind::kSumBelow: break;
    }
    int64_t sum = value;
    for (size_t i = 0; i < way.size(); ++i) {
      if (way[i] == element) sum += rows_[start + i].value;
    }
    return sum < rule.bound;
  }

  /// Whether the way can leave an element that has so many rows, with the row behind it.
  bool Leaves(size_t start, const Way& way, int element, int64_t count) const {
    const PatternElement& of = pattern_.elements[static_cast<size_t>(element)];
    return count >= of.min && (!of.greedy() || !Holds(start, way, element));
  }

  void Lead(size_t start, size_t row, std::vector<Way>* ways) {
    std::vector<Way> next;
    for (const Way& way : *ways) {
      if (start + way.size() != row) continue;
      int element = way.empty() ? 0 : way.back();
      int64_t count = CountOf(way, element);
      for (;;) {
        const PatternElement& of = pattern_.elements[static_cast<size_t>(element)];
        const bool full = of.max >= 0 && count >= of.max;
        if (!full && Holds(start, way, element)) {
          Way longer = way;
          longer.push_back(element);
          if (Ends(start, way, longer)) complete_[start].push_back(row);
          next.push_back(std::move(longer));
        }
        if (!Leaves(start, way, element, count)) break;
        if (++element == static_cast<int>(pattern_.elements.size())) break;
        count = 0;
      }
    }
    // What can take no more rows is no open match.
    std::erase_if(next, [&](const Way& way) {
      const int last = static_cast<int>(pattern_.elements.size()) - 1;
      const PatternElement& of = pattern_.elements.back();
      return way.back() == last && of.max >= 0 && CountOf(way, last) >= of.max;
    });
    *ways = std::move(next);
  }

  /// Whether the match is complete with its last row; conditions are asked for that row.
  bool Ends(size_t start, const Way& before, const Way& way) const {
    int element = way.back();
    int64_t count = CountOf(way, element);
    for (; element < static_cast<int>(pattern_.elements.size()); ++element, count = 0) {
      if (!Leaves(start, before, element, count)) return false;
    }
    return true;
  }

  void Expire(int64_t time) {
    if (pattern_.within_ms == 0) return;
    std::erase_if(
        open_, [&](const auto& of) { return time - rows_[of.first].time >= pattern_.within_ms; });
    Send();
  }

  void Send() {
    while (!complete_.empty()) {
      const auto [start, ends] = *complete_.begin();
      if (!open_.empty() && open_.begin()->first < start) return;
      ambiguous_ |= std::set<size_t>(ends.begin(), ends.end()).size() > 1 || ends.size() > 1;
      sent_.emplace_back(start, ends.front());
      const size_t before =
          pattern_.after == AfterMatch::Kind::kToNextRow ? start + 1 : ends.front() + 1;
      std::erase_if(open_, [&](const auto& of) { return of.first < before; });
      std::erase_if(complete_, [&](const auto& of) { return of.first < before; });
    }
  }

  const RandomPattern& pattern_;
  std::vector<NaiveRow> rows_;
  std::map<size_t, std::vector<Way>> open_;         // by first row
  std::map<size_t, std::vector<size_t>> complete_;  // by first row: last rows
  std::vector<std::pair<size_t, size_t>> sent_;
  bool ambiguous_ = false;
};

Script MatchScript(std::mt19937_64& random, size_t count) {
  Script script;
  int64_t now = 10'000;
  for (size_t i = 0; i < count; ++i) {
    now += static_cast<int64_t>(random() % 800);
    const int64_t reach = random() % 12 == 0 ? 3000 : 400;
    const int64_t time = now - static_cast<int64_t>(random() % static_cast<uint64_t>(reach));
    script.push_back({.cells = {"k" + std::to_string(random() % 3), static_cast<int64_t>(i),
                                static_cast<int64_t>(random() % 10), time}});
  }
  AssignWatermarks(&script, {kTime}, 300);
  return script;
}

/// The rows that the naive matcher finds; nothing where which one goes out is not for it to say.
std::optional<std::vector<std::string>> NaiveRows(const RandomPattern& pattern,
                                                  const Script& script) {
  std::map<std::string, std::vector<NaiveRow>> partitions;
  for (const ScriptRow& row : script) {
    const int64_t time = row.cells[kTime].integer();
    if (time <= row.before) continue;
    partitions[row.cells[kKey].text()].push_back(
        {row.cells[kId].integer(), row.cells[kValue].integer(), time});
  }
  std::vector<std::string> texts;
  for (auto& [key, rows] : partitions) {
    std::ranges::stable_sort(rows, {}, &NaiveRow::time);
    const auto found = NaiveMatcher(pattern, rows).Run();
    if (!found) return std::nullopt;
    for (const auto& [first, last] : *found) {
      int64_t sum = 0;
      for (size_t i = first; i <= last; ++i) sum += rows[i].value;
      texts.push_back("+I[" + key + ", " + std::to_string(rows[first].id) + ", " +
                      std::to_string(rows[last].id) + ", " + std::to_string(sum) + "]");
    }
  }
  return Sorted(texts);
}

TEST(MatchTest, PatternsAtRandom) {
  std::mt19937_64 random(20261122);
  size_t compared = 0;
  size_t rows = 0;
  for (int i = 0; i < 400; ++i) {
    const RandomPattern pattern = PatternOf(random, i % 2 == 1);
    const Script script = MatchScript(random, 60);
    const PlanNodePtr node = MatchOf(pattern);
    const std::vector<std::string> found = RunScript(node, script, 0, random());
    const auto expected = NaiveRows(pattern, script);
    if (!expected) continue;
    ++compared;
    rows += expected->size();
    ASSERT_EQ(Sorted(found), *expected) << "pattern " << i << ": " << node->details();
  }
  EXPECT_GT(compared, 200u);
  EXPECT_GT(rows, 1000u);
}

TEST(MatchTest, CutInAnyWayAndInterrupted) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 12; ++i) {
    const RandomPattern pattern = PatternOf(random, i % 2 == 1);
    const Script script = MatchScript(random, 150);
    SCOPED_TRACE(MatchOf(pattern)->details());
    RunEveryWay(MatchOf(pattern), script);
  }
}

TEST(MatchTest, RowsAndPartitionsLieOnTheDiskUntilTheyAreAskedFor) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 12; ++i) {
    const RandomPattern pattern = PatternOf(random, i % 2 == 1);
    const Script script = MatchScript(random, 300);
    SCOPED_TRACE(MatchOf(pattern)->details());
    const auto [fewest, most] = ExpectSameFromDisk(MatchOf(pattern), script);
    EXPECT_EQ(fewest, 0u);
    EXPECT_GT(most, 1u);
  }
}

RandomPattern RunOfRows(int64_t within_ms) {
  RandomPattern pattern;
  pattern.rules = {{Rule::Kind::kAtLeast, 5}, {Rule::Kind::kAny}};
  pattern.elements = {{.name = "A", .min = 1, .max = -1, .condition = {}},
                      {.name = "B", .condition = {}}};
  pattern.elements[0].condition = ConditionOf(pattern.rules[0], 0);
  pattern.within_ms = within_ms;
  return pattern;
}

TEST(MatchTest, MatchesOnTheDiskThatTakeTooLongGo) {
  OperatorHarness harness(MatchOf(RunOfRows(2000)));
  harness.UseDisk();
  BatchBuilder builder(MatchInput());
  for (int i = 0; i < 200; ++i) builder.Row({"k" + std::to_string(i), i, 9, 1000 + i});
  harness.OnBatch(0, builder.Build());
  harness.OnWatermark(0, 1500);
  harness.LeaveMemory();
  EXPECT_GE(harness.entries_on_disk(), 200u);
  const auto sweep = [&harness](int64_t begin) {
    for (int64_t now = begin; now < begin + 1000; now += 100) {
      harness.OnTime(now);
      harness.LeaveMemory();
    }
  };
  sweep(0);
  EXPECT_GE(harness.entries_on_disk(), 200u) << "they may still be completed";
  harness.OnBatch(0, BatchBuilder(MatchInput()).Row({"k7", 300, 1, 1600}).Build());
  harness.OnWatermark(0, 1600);
  EXPECT_EQ(harness.TakeRows(), std::vector<std::string>{"+I[k7, 7, 300, 10]"});
  harness.OnWatermark(0, 4000);
  sweep(1000);
  EXPECT_LE(harness.entries_on_disk(), 8u) << "cells";
  EXPECT_TRUE(harness.rows().empty());
}

/// A later match is complete while one that began before it may still become one: it goes out when
/// the earlier one has taken too long, which no row has to bring about.
TEST(MatchTest, AMatchThatWaitsForAnEarlierOneGoesOutAfterARestart) {
  RandomPattern pattern;
  pattern.rules = {{Rule::Kind::kAny}, {Rule::Kind::kAny}, {Rule::Kind::kAboveFirstRow}};
  pattern.elements = {{.name = "A", .condition = {}},
                      {.name = "B", .min = 0, .max = -1, .reluctant = true, .condition = {}},
                      {.name = "C", .condition = {}}};
  pattern.elements[2].condition = ConditionOf(pattern.rules[2], 2);
  pattern.within_ms = 2000;
  for (const bool restarts : {false, true}) {
    OperatorHarness harness(MatchOf(pattern));
    harness.UseDisk();
    BatchBuilder builder(MatchInput());
    for (int key = 0; key < 50; ++key) {
      // Of the first key alone the second row is followed by one that is above it.
      const std::string name = "k" + std::to_string(key);
      builder.Row({name, 10 * key + 1, 9, 1000});
      builder.Row({name, 10 * key + 2, key == 0 ? 1 : 8, 1100});
      builder.Row({name, 10 * key + 3, key == 0 ? 5 : 7, 1200});
    }
    harness.OnBatch(0, builder.Build());
    harness.OnWatermark(0, 1300);
    EXPECT_TRUE(harness.rows().empty());
    for (int i = 0; i < 2; ++i) {
      harness.EndEpoch();
      harness.ApplyEpochs();
      harness.Shrink();
    }
    EXPECT_EQ(harness.entries("matches"), 1u) << "that of the match that waits";
    if (restarts) harness.RestartFromDisk();
    EXPECT_EQ(harness.entries("matches"), 1u) << "it is brought back at once";
    harness.EndEpoch();
    harness.ApplyEpochs();
    harness.Shrink();
    EXPECT_EQ(harness.entries("matches"), 1u) << "and stays";
    harness.OnWatermark(0, 2999);
    EXPECT_TRUE(harness.rows().empty());
    harness.OnWatermark(0, 3000);
    EXPECT_EQ(harness.TakeRows(), std::vector<std::string>{"+I[k0, 2, 3, 6]"});
    harness.EndEpoch();
    harness.ApplyEpochs();
    if (restarts) harness.RestartFromDisk();
    harness.Shrink();
    EXPECT_EQ(harness.entries("matches"), 0u) << "nothing waits any more";
  }
}

TEST(MatchTest, StateGoesWithTheMatches) {
  OperatorHarness harness(MatchOf(RunOfRows(2000)));
  const auto feed = [&](int64_t id, int64_t value, int64_t time) {
    harness.OnBatch(0, BatchBuilder(MatchInput()).Row({"k", id, value, time}).Build());
    harness.OnWatermark(0, time);
  };
  feed(1, 9, 1000);
  feed(2, 9, 1500);
  EXPECT_EQ(harness.entries("matches"), 1u);
  EXPECT_EQ(harness.entries("rows"), 2u);
  feed(3, 1, 1600);
  EXPECT_EQ(harness.rows(), (std::vector<std::string>{"+I[k, 1, 3, 19]", "+I[k, 2, 3, 10]"}));
  EXPECT_EQ(harness.entries("matches"), 0u);
  EXPECT_EQ(harness.entries("rows"), 0u);
  feed(4, 9, 2000);
  EXPECT_EQ(harness.entries("matches"), 1u);
  harness.OnWatermark(0, 4000);  // too late for it by now
  EXPECT_EQ(harness.entries("matches"), 0u);
  EXPECT_EQ(harness.entries("rows"), 0u);
}

TEST(MatchTest, ALongRunCostsTheSamePerRow) {
  // Rows of one partition that all begin a match and end none: with work per open match and row,
  // 200,000 of them would not end within the time of a test.
  OperatorHarness harness(MatchOf(RunOfRows(50'000'000)));
  harness.set_keep_text(false);
  int64_t time = 1000;
  for (int batch = 0; batch < 100; ++batch) {
    BatchBuilder builder(MatchInput());
    for (int i = 0; i < 2000; ++i) builder.Row({"k", time, 9, time++});
    harness.OnBatch(0, builder.Build());
    harness.OnWatermark(0, time - 1);
  }
  EXPECT_EQ(harness.row_count(), 0u);
  EXPECT_EQ(harness.entries("rows"), 200'000u);
  harness.OnWatermark(0, kMaxWatermark);
  EXPECT_EQ(harness.entries("rows"), 0u);
}

}  // namespace
}  // namespace millrace
