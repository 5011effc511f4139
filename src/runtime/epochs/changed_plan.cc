// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/changed_plan.h"

#include <algorithm>

#include "runtime/epochs/plan_file.h"

namespace millrace {
namespace {

using Role = OperatorIdentity::Role;

/// Whether writers of a sink left something that is not yet in its place.
bool HasStaged(const RunManifest& manifest, const std::string& sink) {
  return std::ranges::any_of(manifest.sinks, [&](const auto& entry) {
    return entry.first.substr(0, entry.first.rfind('/')) == sink && !entry.second.empty();
  });
}

std::string Counted(size_t count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

}  // namespace

Result<std::optional<PlanComparison>> CompareWithManifest(Disk* disk, const std::string& data_dir,
                                                          const RunManifest& manifest,
                                                          const PlanIdentity& now) {
  TRY_ASSIGN(const auto stored, ReadPlan(disk, data_dir, manifest.fingerprint));
  if (!stored) return std::nullopt;
  PlanComparison comparison = ComparePlans(stored->plan, now);
  for (OperatorChange& change : comparison.changes) {
    if (change.role() != Role::kSink || !change.before) continue;
    change.staged = HasStaged(manifest, change.before->id);
  }
  return comparison;
}

Result<std::optional<PlanComparison>> CompareWithInterrupted(Disk* disk,
                                                             const std::string& data_dir,
                                                             const PlanIdentity& now) {
  TRY_ASSIGN(const auto manifest, ReadManifest(disk, data_dir));
  if (!manifest || manifest->finished) return std::nullopt;
  return CompareWithManifest(disk, data_dir, *manifest, now);
}

std::vector<std::string> LossLines(const PlanComparison& comparison) {
  std::vector<std::string> lines;
  for (const OperatorChange& change : comparison.changes) {
    if (!change.loses()) continue;
    const OperatorIdentity& was = change.before ? *change.before : *change.after;
    std::string line = was.description + ": ";
    if (!change.reason.empty()) line += change.reason + "; ";
    lines.push_back(line + change.outcome);
  }
  return lines;
}

Error StateLossError(const std::string& data_dir, const PlanComparison& comparison) {
  Error error{.code = "MR0804",
              .domain = ErrorDomain::kUser,
              .message = "going on with this version of the file would lose part of what '" +
                         data_dir + "' holds",
              .hint =
                  "accept the loss with --allow-state-loss, start anew with --fresh, or finish "
                  "the run with the file it was started with"};
  for (const std::string& line : LossLines(comparison)) {
    error.detail += (error.detail.empty() ? "" : "\n") + line;
  }
  return error;
}

std::string GoesOnText(const PlanComparison& comparison) {
  size_t kept = 0;
  size_t sources = 0;
  size_t added = 0;
  for (const OperatorChange& change : comparison.changes) {
    if (change.role() == Role::kPassing) continue;
    const bool is_kept = change.fate == StateFate::kKept || change.fate == StateFate::kPartlyLost;
    kept += is_kept && change.role() == Role::kState;
    sources += is_kept && change.role() == Role::kSource;
    added += change.fate == StateFate::kNew;
  }
  std::string text = "the file has changed since the run was interrupted: ";
  if (kept > 0) text += "state of " + Counted(kept, "operator") + " is kept, ";
  text += Counted(sources, "source") + (sources == 1 ? " goes" : " go") + " on where " +
          (sources == 1 ? "it was" : "they were");
  if (added > 0) text += ", " + std::to_string(added) + " new";
  const std::vector<std::string> lost = LossLines(comparison);
  if (lost.empty()) return text + "; nothing is lost";
  text += "; lost, as allowed:";
  for (const std::string& line : lost) text += "\n  " + line;
  return text;
}

}  // namespace millrace
