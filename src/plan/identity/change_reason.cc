// SPDX-License-Identifier: Apache-2.0
#include "plan/identity/change_reason.h"

#include <algorithm>

namespace millrace {
namespace {

std::string Plain(const std::string& text, const OperatorIdentity& of) {
  return WithoutTables(text, of.reads);
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

const StoredColumn* FindOrigin(const std::vector<StoredColumn>& columns,
                               const std::string& origin) {
  const auto found = std::ranges::find(columns, origin, &StoredColumn::origin);
  return found == columns.end() ? nullptr : &*found;
}

/// What differs between the columns of rows that are kept whole.
std::string RowsReason(const StoredRows& before, const StoredRows& after,
                       const OperatorIdentity& of) {
  std::vector<std::string> added;
  std::vector<std::string> gone;
  for (const StoredColumn& column : after.columns) {
    const StoredColumn* old = FindOrigin(before.columns, column.origin);
    if (old == nullptr) added.push_back(Plain(column.origin, of));
    if (old != nullptr && old->type != column.type) {
      return "the rows it keeps hold " + Plain(column.origin, of) + " as " + old->type + ", not " +
             column.type;
    }
  }
  for (const StoredColumn& column : before.columns) {
    if (FindOrigin(after.columns, column.origin) == nullptr) {
      gone.push_back(Plain(column.origin, of));
    }
  }
  if (!added.empty()) return "the rows it keeps do not have " + Listed(added);
  if (!gone.empty()) return "the rows it keeps still have " + Listed(gone);
  return "the rows it keeps have their columns in another order";
}

std::string StartsAt(const StatePart& part) {
  const bool number = part.call.starts_with("SUM") || part.call.starts_with("COUNT");
  return number ? "at zero" : "empty";
}

}  // namespace

std::string ChangedAspect(const OperatorIdentity& before, const OperatorIdentity& after) {
  if (before.kind != after.kind) return "kind";
  const bool other_rows = before.aspect("rows") != after.aspect("rows");
  if (before.reads != after.reads && other_rows) return "rows";
  for (const IdentityAspect& aspect : after.aspects) {
    // The rows are named last: they also differ when the cause is nearer.
    if (aspect.name != "rows" && before.aspect(aspect.name) != aspect.value) return aspect.name;
  }
  return other_rows ? "rows" : "";
}

std::string AspectReason(const OperatorIdentity& before, const OperatorIdentity& after) {
  const std::string changed = ChangedAspect(before, after);
  if (changed == "kind") {
    return "it was " + before.description + " and is now " + after.description;
  }
  const std::string from = Plain(before.aspect(changed), before);
  const std::string to = Plain(after.aspect(changed), after);
  if (changed == "rows") return "its input changed from " + from + " to " + to;
  return "the " + changed + " changed from " + from + " to " + to;
}

std::string LayoutReason(const OperatorIdentity& before, const OperatorIdentity& after) {
  for (size_t i = 0; i < std::min(before.keys.size(), after.keys.size()); ++i) {
    if (before.keys[i] == after.keys[i]) continue;
    return "key column " + Plain(after.keys[i].origin, after) + " changed its type from " +
           before.keys[i].type + " to " + after.keys[i].type;
  }
  for (size_t i = 0; i < std::min(before.rows.size(), after.rows.size()); ++i) {
    if (before.rows[i] == after.rows[i]) continue;
    return RowsReason(before.rows[i], after.rows[i], after);
  }
  return "another version of the program wrote its state";
}

std::string ChangedPlace(const OperatorIdentity& before, const OperatorIdentity& after) {
  for (const auto& [key, value] : after.place) {
    const auto old = before.place.find(key);
    if (old == before.place.end() || old->second != value) return key;
  }
  for (const auto& [key, value] : before.place) {
    if (!after.place.contains(key)) return key;
  }
  return {};
}

std::string PlaceReason(const OperatorIdentity& before, const OperatorIdentity& after) {
  const std::string key = ChangedPlace(before, after);
  const auto old = before.place.find(key);
  const auto now = after.place.find(key);
  if (old == before.place.end()) return "it now has " + key + " " + now->second;
  if (now == after.place.end()) return "it no longer has " + key + " " + old->second;
  return key + " changed from " + old->second + " to " + now->second;
}

std::string StartText(const OperatorIdentity& source) {
  if (source.start.empty()) return "it is read from the start";
  return "it begins at its scan.startup.mode, " + source.start;
}

PartsJudgement JudgeStateParts(const OperatorIdentity& before, const OperatorIdentity& after) {
  PartsJudgement judgement;
  std::vector<std::string> added;
  std::vector<std::string> gone;
  bool retracts = false;
  for (const StatePart& part : after.parts) {
    if (std::ranges::find(before.parts, part) != before.parts.end()) continue;
    const auto old = std::ranges::find(before.parts, part.call, &StatePart::call);
    const std::string call = Plain(part.call, after);
    retracts = retracts || part.layout.ends_with("with retractions");
    added.push_back(old == before.parts.end()
                        ? "a new aggregate " + call + " would start " + StartsAt(part)
                        : call + " changed from " + old->layout + " to " + part.layout +
                              " and would start " + StartsAt(part));
  }
  for (const StatePart& part : before.parts) {
    const auto same = std::ranges::find(after.parts, part.call, &StatePart::call);
    if (same == after.parts.end()) gone.push_back(Plain(part.call, before));
  }
  if (added.empty() && after.parts_are_separate) {
    judgement.outcome = "state kept";
    judgement.reason = gone.empty() ? "only the order of the aggregates changed"
                                    : Listed(gone) + " is no longer computed";
    return judgement;
  }
  judgement.reason = !added.empty() ? Listed(added)
                     : gone.empty() ? "the order of its aggregates changed"
                                    : Listed(gone) + " is no longer computed";
  if (after.parts_are_separate && !retracts) {
    judgement.fate = StateFate::kPartlyLost;
    judgement.outcome = "keys and the other aggregates are kept";
    return judgement;
  }
  judgement.fate = StateFate::kLost;
  judgement.outcome = "its state is lost; it begins empty";
  if (retracts && after.parts_are_separate) {
    judgement.reason += ", and rows it never saw would be taken back from it";
  } else {
    judgement.reason += "; rows that leave the frame are subtracted from all aggregates at once";
  }
  return judgement;
}

}  // namespace millrace
