// SPDX-License-Identifier: Apache-2.0
#include "plan/identity/plan_comparison.h"

#include <algorithm>
#include <functional>

#include "base/json_writer.h"
#include "plan/identity/change_reason.h"

namespace millrace {
namespace {

using Role = OperatorIdentity::Role;

/// Operators of both plans that have no partner yet.
struct Unmatched {
  std::vector<const OperatorIdentity*> before;
  std::vector<const OperatorIdentity*> after;
};

int Overlap(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return static_cast<int>(std::ranges::count_if(
      a, [&b](const std::string& name) { return std::ranges::find(b, name) != b.end(); }));
}

/// How much one operator looks like a changed form of the other; 0: not at all.
int Resemblance(const OperatorIdentity& before, const OperatorIdentity& after) {
  if (before.role != after.role) return 0;
  if (before.role != Role::kState) return 0;  // tables are what they are called
  const int feeds = Overlap(before.feeds, after.feeds);
  const int reads = Overlap(before.reads, after.reads);
  if (feeds == 0 && reads == 0) return 0;
  int score = 4 * (feeds > 0) + 2 * (reads > 0) + 8 * (before.kind == after.kind);
  for (const IdentityAspect& aspect : before.aspects) {
    score += !aspect.value.empty() && after.aspect(aspect.name) == aspect.value;
  }
  return score;
}

class Comparer {
 public:
  Comparer(const PlanIdentity& before, const PlanIdentity& after) : after_(after) {
    for (const OperatorIdentity& identity : before.operators()) {
      bases_[identity.Base()].before.push_back(&identity);
    }
    for (const OperatorIdentity& identity : after.operators()) {
      bases_[identity.Base()].after.push_back(&identity);
    }
  }

  PlanComparison Compare() {
    for (auto& [base, group] : bases_) MatchEquals(&group);
    for (const OperatorIdentity& identity : after_.operators()) {
      const auto partner = partners_.find(&identity);
      if (partner == partners_.end()) {
        rest_.after.push_back(&identity);
      } else {
        AddPair(*partner->second, identity);
      }
    }
    for (auto& [base, group] : bases_) {
      rest_.before.insert(rest_.before.end(), group.before.begin(), group.before.end());
    }
    MatchResembling();
    for (const OperatorIdentity* identity : rest_.after) AddNew(*identity);
    for (const OperatorIdentity* identity : rest_.before) AddRemoved(*identity);
    std::ranges::stable_sort(result_.changes, {}, [](const OperatorChange& change) {
      return static_cast<int>(change.role());
    });
    return std::move(result_);
  }

 private:
  /// Among operators of one meaning: those that are the same to the last filter, then those that
  /// feed the same tables, then in order.
  void MatchEquals(Unmatched* group) {
    MatchBy(group, [](const OperatorIdentity& a, const OperatorIdentity& b) {
      return a.digest == b.digest && a.feeds == b.feeds;
    });
    MatchBy(group, [](const OperatorIdentity& a, const OperatorIdentity& b) {
      return a.digest == b.digest;
    });
    MatchBy(group, [](const OperatorIdentity& a, const OperatorIdentity& b) {
      return a.feeds == b.feeds;
    });
    MatchBy(group, [](const OperatorIdentity& a, const OperatorIdentity& b) {
      return Overlap(a.feeds, b.feeds) > 0;
    });
    MatchBy(group, [](const OperatorIdentity&, const OperatorIdentity&) { return true; });
  }

  void MatchBy(Unmatched* group,
               const std::function<bool(const OperatorIdentity&, const OperatorIdentity&)>& same) {
    for (auto after = group->after.begin(); after != group->after.end();) {
      const auto before = std::ranges::find_if(
          group->before, [&](const OperatorIdentity* old) { return same(*old, **after); });
      if (before == group->before.end()) {
        ++after;
        continue;
      }
      partners_[*after] = *before;
      group->before.erase(before);
      after = group->after.erase(after);
    }
  }

  void MatchResembling() {
    while (true) {
      int best = 0;
      std::pair<size_t, size_t> pair;
      for (size_t i = 0; i < rest_.after.size(); ++i) {
        for (size_t j = 0; j < rest_.before.size(); ++j) {
          const int score = Resemblance(*rest_.before[j], *rest_.after[i]);
          if (score <= best) continue;
          best = score;
          pair = {i, j};
        }
      }
      if (best == 0) return;
      const OperatorIdentity& after = *rest_.after[pair.first];
      const OperatorIdentity& before = *rest_.before[pair.second];
      OperatorChange& change = Add(StateFate::kLost, &before, &after);
      change.aspect = ChangedAspect(before, after);
      change.reason = AspectReason(before, after);
      change.outcome = "its state is lost; it begins empty";
      rest_.after.erase(rest_.after.begin() + static_cast<std::ptrdiff_t>(pair.first));
      rest_.before.erase(rest_.before.begin() + static_cast<std::ptrdiff_t>(pair.second));
    }
  }

  OperatorChange& Add(StateFate fate, const OperatorIdentity* before,
                      const OperatorIdentity* after) {
    OperatorChange& change = result_.changes.emplace_back();
    change.fate = fate;
    if (before != nullptr) change.before = *before;
    if (after != nullptr) change.after = *after;
    return change;
  }

  void AddPair(const OperatorIdentity& before, const OperatorIdentity& after) {
    OperatorChange& change = Add(StateFate::kKept, &before, &after);
    if (after.role == Role::kSource || after.role == Role::kSink) {
      JudgeTable(&change);
    } else if (before.Signature() != after.Signature()) {
      change.fate = StateFate::kLost;
      change.aspect = "layout";
      change.reason = LayoutReason(before, after);
      change.outcome = "its state is lost; it begins empty";
    } else if (before.parts != after.parts || before.rows != after.rows) {
      JudgeParts(&change);
    } else if (after.role == Role::kState) {
      change.outcome = "state kept";
      if (before.digest != after.digest) change.reason = "what changed does not touch it";
    }
    if (change.fate != StateFate::kKept && change.fate != StateFate::kPartlyLost) return;
    result_.carried[after.id] = before.id;
  }

  static void JudgeTable(OperatorChange* change) {
    const OperatorIdentity& before = *change->before;
    const OperatorIdentity& after = *change->after;
    const bool source = after.role == Role::kSource;
    change->outcome = source ? "position kept" : "goes on behind what it wrote";
    if (before.place == after.place) return;
    change->fate = StateFate::kLost;
    change->aspect = ChangedPlace(before, after);
    change->reason = PlaceReason(before, after);
    change->outcome = source ? "its position is lost; " + StartText(after)
                             : "what was staged for it and not yet delivered is given up";
  }

  static void JudgeParts(OperatorChange* change) {
    const auto judge = change->after->kind == "Over" ? JudgeFrames : JudgeStateParts;
    const PartsJudgement judgement = judge(*change->before, *change->after);
    change->fate = judgement.fate;
    change->aspect = "aggregates";
    change->reason = judgement.reason;
    change->outcome = judgement.outcome;
  }

  void AddNew(const OperatorIdentity& after) {
    OperatorChange& change = Add(StateFate::kNew, nullptr, &after);
    switch (after.role) {
      case Role::kSource: change.outcome = StartText(after); break;
      case Role::kState: change.outcome = "new; begins empty"; break;
      case Role::kSink: change.outcome = "new"; break;
      case Role::kPassing: break;
    }
  }

  void AddRemoved(const OperatorIdentity& before) {
    OperatorChange& change = Add(StateFate::kRemoved, &before, nullptr);
    switch (before.role) {
      case Role::kSource: change.outcome = "no longer read; its position is dropped"; break;
      case Role::kState: change.outcome = "no longer computed; its state is dropped"; break;
      case Role::kSink: change.outcome = "no longer written; what was staged is given up"; break;
      case Role::kPassing: break;
    }
  }

  const PlanIdentity& after_;
  std::map<std::string, Unmatched> bases_;
  std::map<const OperatorIdentity*, const OperatorIdentity*> partners_;  // after -> before
  Unmatched rest_;
  PlanComparison result_;
};

}  // namespace

bool OperatorChange::loses() const {
  if (role() == Role::kPassing) return false;
  if (role() == Role::kSink) {
    if (fate == StateFate::kLost) return staged.value_or(true);
    return fate == StateFate::kRemoved && staged.value_or(false);
  }
  if (fate == StateFate::kPartlyLost || fate == StateFate::kLost) return true;
  return fate == StateFate::kRemoved && role() == Role::kState;
}

bool PlanComparison::loses() const { return std::ranges::any_of(changes, &OperatorChange::loses); }

bool PlanComparison::same() const {
  return std::ranges::all_of(changes, [](const OperatorChange& change) {
    return change.fate == StateFate::kKept && change.before->digest == change.after->digest;
  });
}

PlanComparison ComparePlans(const PlanIdentity& before, const PlanIdentity& after) {
  return Comparer(before, after).Compare();
}

std::string_view FateName(StateFate fate) {
  constexpr std::string_view kNames[] = {"kept", "partly lost", "lost", "removed", "new"};
  return kNames[static_cast<int>(fate)];
}

void WriteJson(const PlanComparison& comparison, JsonWriter* out) {
  out->BeginArray();
  for (const OperatorChange& change : comparison.changes) {
    if (change.role() == Role::kPassing) continue;
    const OperatorIdentity& shown = change.shown();
    out->BeginObject().Field("fate", FateName(change.fate)).Field("loses", change.loses());
    out->Field("role", RoleName(shown.role)).Field("kind", shown.kind).Field("id", shown.id);
    out->Field("before", change.before ? change.before->description : std::string());
    out->Field("after", change.after ? change.after->description : std::string());
    out->Field("reason", change.reason).Field("outcome", change.outcome).EndObject();
  }
  out->EndArray();
}

}  // namespace millrace
