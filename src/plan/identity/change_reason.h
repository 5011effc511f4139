// SPDX-License-Identifier: Apache-2.0
// Why the state of an operator cannot be used by its later form, in the words of the query.
#pragma once

#include <string>

#include "plan/identity/plan_comparison.h"

namespace millrace {

/// The first aspect that differs; empty: none does.
std::string ChangedAspect(const OperatorIdentity& before, const OperatorIdentity& after);
/// "the grouping key changed from card to card, device".
std::string AspectReason(const OperatorIdentity& before, const OperatorIdentity& after);
/// "key column card changed its type from STRING to INT".
std::string LayoutReason(const OperatorIdentity& before, const OperatorIdentity& after);
/// The option of a table that says where its data is and that differs; empty: none does.
std::string ChangedPlace(const OperatorIdentity& before, const OperatorIdentity& after);
/// "topic changed from a to b".
std::string PlaceReason(const OperatorIdentity& before, const OperatorIdentity& after);
/// "it begins at its scan.startup.mode, latest-offset".
std::string StartText(const OperatorIdentity& source);

struct PartsJudgement {
  StateFate fate = StateFate::kKept;
  std::string reason;
  std::string outcome;
};
/// For equal keys and rows, but other aggregate calls.
PartsJudgement JudgeStateParts(const OperatorIdentity& before, const OperatorIdentity& after);
/// For an OVER of equal keys: what its calls find among the rows that are there.
PartsJudgement JudgeFrames(const OperatorIdentity& before, const OperatorIdentity& after);

}  // namespace millrace
