// SPDX-License-Identifier: Apache-2.0
// Rules of lint: each finds one kind of silent mistake in the plan of a statement that runs. A new
// one is a function in rules/ and a line in kLintRules; its code gets an entry in
// diagnostics/codes/lint.cc.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assistants/lint/lint.h"
#include "plan/node.h"
#include "plan/table.h"

namespace millrace {

/// A statement that runs, its nodes (inputs before what reads them, each once) and what they read.
class LintedStep {
 public:
  LintedStep(const Step& step, std::string_view text);

  const Step& step() const { return *step_; }
  const std::vector<PlanNodePtr>& nodes() const { return nodes_; }
  /// Tables without an end that a node reads, each once.
  std::vector<TablePtr> EndlessTables(const PlanNodePtr& node) const;
  bool reads_endless(const PlanNodePtr& node) const { return !EndlessTables(node).empty(); }

  /// A finding at the first line of the statement.
  LintFinding Finding(std::string_view code, std::string message, Severity severity) const;
  /// The change that puts a line of SET before the statement.
  LintChange SetBefore(std::string_view key, std::string_view value) const;

 private:
  const Step* step_;
  Span place_;
  std::vector<PlanNodePtr> nodes_;
};

/// A GROUP BY that has one bound of a window among its keys, but not the other.
struct HalfWindow {
  std::string named;
  std::string missing;
};
std::optional<HalfWindow> FindHalfWindow(const PlanNodePtr& node);  // rules/meaning_rules.cc

// rules/state_rules.cc
void FindGrowingState(const LintedStep& step, std::vector<LintFinding>* findings);   // MR1001
void FindOneShardState(const LintedStep& step, std::vector<LintFinding>* findings);  // MR1008
// rules/time_rules.cc
void FindSilentPartitions(const LintedStep& step, std::vector<LintFinding>* findings);  // MR1002
void FindZeroDelays(const LintedStep& step, std::vector<LintFinding>* findings);        // MR1005
void FindDroppedLateRows(const LintedStep& step, std::vector<LintFinding>* findings);   // MR1009
// rules/meaning_rules.cc
void FindHalfWindows(const LintedStep& step, std::vector<LintFinding>* findings);      // MR1003
void FindVolatileUpdates(const LintedStep& step, std::vector<LintFinding>* findings);  // MR1004
void FindHiddenErrors(const LintedStep& step, std::vector<LintFinding>* findings);     // MR1007

/// Tables without an end that several statements read, each on its own. MR1006.
void FindRepeatedReads(std::span<const LintedStep> steps, std::vector<LintFinding>* findings);

}  // namespace millrace
