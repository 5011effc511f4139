// SPDX-License-Identifier: Apache-2.0
#include "plan/identity/change_reason.h"

#include <algorithm>

#include "plan/nodes/node_text.h"

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

const StoredRows* FindRows(const OperatorIdentity& identity, const std::string& table) {
  const auto found = std::ranges::find(identity.rows, table, &StoredRows::table);
  return found == identity.rows.end() ? nullptr : &*found;
}

/// What a call gives for rows whose columns are not known is what it gives without them.
bool PassesOverNulls(const StatePart& part) {
  constexpr std::string_view kCountThem[] = {"ARRAY_AGG", "COLLECT", "JSON_ARRAYAGG",
                                             "JSON_OBJECTAGG"};
  return std::ranges::none_of(kCountThem,
                              [&](std::string_view name) { return part.call.starts_with(name); });
}

/// What becomes of one call of an OVER under another version of it.
enum class CallFate { kKept, kRebuilt, kShort, kEmpty, kWrong };

CallFate FateOfCall(const OperatorIdentity& before, const OperatorIdentity& after,
                    const StatePart& part) {
  const bool written = std::ranges::find(before.parts, part) != before.parts.end();
  if (part.table.empty()) return written ? CallFate::kKept : CallFate::kEmpty;
  const StoredRows* rows = FindRows(before, part.table);
  if (rows == nullptr) return CallFate::kEmpty;
  const StoredRows* now = FindRows(after, part.table);
  // Of a ROWS frame that reads no column there was nothing but the number of rows.
  if (part.reach < 0 && rows->columns.empty() && now != nullptr && !now->columns.empty()) {
    return CallFate::kEmpty;
  }
  if (written) return CallFate::kKept;
  for (const StoredColumn& column : part.columns) {
    if (std::ranges::find(rows->columns, column) != rows->columns.end()) continue;
    return PassesOverNulls(part) ? CallFate::kEmpty : CallFate::kWrong;
  }
  return part.reach > rows->reach ? CallFate::kShort : CallFate::kRebuilt;
}

/// Columns that rows which wait would have to have.
std::vector<std::string> MissingOfWaiting(const OperatorIdentity& before,
                                          const OperatorIdentity& after) {
  std::vector<std::string> missing;
  const StoredRows* rows = FindRows(before, "waiting");
  const StoredRows* now = FindRows(after, "waiting");
  if (rows == nullptr || now == nullptr) return missing;
  for (const StoredColumn& column : now->columns) {
    if (std::ranges::find(rows->columns, column) == rows->columns.end()) {
      missing.push_back(Plain(column.origin, after));
    }
  }
  return missing;
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
  if (changed.empty()) return "another version of the program wrote its state";
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

PartsJudgement JudgeFrames(const OperatorIdentity& before, const OperatorIdentity& after) {
  std::vector<std::string> rebuilt;
  std::vector<std::string> lost;
  bool any_kept = false;
  bool wrong = false;
  for (const StatePart& part : after.parts) {
    const std::string call = Plain(part.call, after);
    const CallFate fate = FateOfCall(before, after, part);
    any_kept = any_kept || fate == CallFate::kKept || fate == CallFate::kRebuilt;
    wrong = wrong || fate == CallFate::kWrong;
    if (fate == CallFate::kRebuilt) rebuilt.push_back(call);
    if (fate == CallFate::kEmpty) lost.push_back(call + " would start " + StartsAt(part));
    if (fate == CallFate::kWrong) lost.push_back(call + " would take rows it never saw for NULL");
    if (fate == CallFate::kShort) {
      lost.push_back(call + " would start with the rows of the last " +
                     DurationText(FindRows(before, part.table)->reach));
    }
  }
  const std::vector<std::string> missing = MissingOfWaiting(before, after);
  if (!missing.empty()) {
    lost.push_back("rows that wait for the watermark do not have " + Listed(missing) +
                   " and would be dropped");
  }
  PartsJudgement judgement;
  if (wrong) {
    judgement = {StateFate::kLost, Listed(lost), "its state is lost; it begins empty"};
  } else if (!lost.empty()) {
    judgement = {StateFate::kPartlyLost, Listed(lost),
                 any_kept ? "keys and the other aggregates are kept" : "keys are kept"};
  } else {
    std::vector<std::string> gone;
    for (const StatePart& part : before.parts) {
      const auto same = std::ranges::find(after.parts, part.call, &StatePart::call);
      if (same == after.parts.end()) gone.push_back(Plain(part.call, before));
    }
    judgement.outcome = "state kept";
    if (!gone.empty()) judgement.reason = Listed(gone) + " is no longer computed";
  }
  if (!wrong && !rebuilt.empty()) {
    judgement.reason += (judgement.reason.empty() ? "" : "; ") + Listed(rebuilt) +
                        " is rebuilt from the rows that are there";
  }
  return judgement;
}

}  // namespace millrace
