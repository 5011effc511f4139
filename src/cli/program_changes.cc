// SPDX-License-Identifier: Apache-2.0
#include "cli/program_changes.h"

#include <algorithm>
#include <set>

#include "cli/program_progress.h"
#include "plan/nodes/sink_nodes.h"
#include "runtime/epochs/changed_plan.h"

namespace millrace {
namespace {

std::vector<const Step*> InsertsOf(const Program& program) {
  std::vector<const Step*> inserts;
  for (const Step& step : program.steps) {
    if (step.kind == Step::Kind::kJob && !step.is_select) inserts.push_back(&step);
  }
  return inserts;
}

std::set<std::string> Written(const Step& step) {
  std::set<std::string> tables;
  for (const PlanNodePtr& root : step.roots) {
    if (const auto* sink = As<SinkNode>(root)) tables.insert(sink->table()->path);
  }
  return tables;
}

size_t Shared(const Step& a, const Step& b) {
  const std::set<std::string> theirs = Written(b);
  return static_cast<size_t>(std::ranges::count_if(
      Written(a), [&theirs](const std::string& table) { return theirs.contains(table); }));
}

}  // namespace

std::vector<StatementChanges> ComparePrograms(const Program& before, const Program& after) {
  std::vector<const Step*> old = InsertsOf(before);
  std::vector<StatementChanges> changes;
  for (const Step* step : InsertsOf(after)) {
    PlanIdentity was;
    const auto partner = std::ranges::max_element(
        old, {}, [step](const Step* candidate) { return Shared(*candidate, *step); });
    if (partner != old.end() && Shared(**partner, *step) > 0) {
      was = PlanIdentity::Of((*partner)->roots);
      old.erase(partner);
    }
    changes.push_back({step->title, {}, ComparePlans(was, PlanIdentity::Of(step->roots))});
  }
  for (const Step* step : old) {
    changes.push_back({step->title, {}, ComparePlans(PlanIdentity::Of(step->roots), {})});
  }
  return changes;
}

Result<std::vector<StatementChanges>> CompareWithDirectory(Disk* disk, const std::string& data_dir,
                                                           const Program& program) {
  std::vector<StatementChanges> changes;
  const std::vector<const Step*> inserts = InsertsOf(program);
  TRY_ASSIGN(const auto directories,
             ProgramProgress::FindDirectories(disk, data_dir, ProgramProgress::JobsOf(program)));
  for (size_t i = 0; i < inserts.size(); ++i) {
    if (directories[i].empty()) continue;
    TRY_ASSIGN(auto comparison,
               CompareWithInterrupted(disk, directories[i], PlanIdentity::Of(inserts[i]->roots)));
    if (!comparison) continue;
    changes.push_back({inserts[i]->title, directories[i], *std::move(comparison)});
  }
  return changes;
}

}  // namespace millrace
