// SPDX-License-Identifier: Apache-2.0
// ComparePlans: what becomes of state, positions and staged output when a pipeline goes on with
// another version of its file. Operators are matched by meaning; what finds no equal is paired with
// what resembles it most, only to say what changed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/identity/plan_identity.h"

namespace millrace {

enum class StateFate {
  kKept,
  kPartlyLost,  // keys and some aggregates are kept, others begin anew
  kLost,        // there was state, and it cannot be used
  kRemoved,     // nothing reads it any more
  kNew,         // begins empty; nothing is lost by that
};

/// One operator, source or sink. At least one side is there.
struct OperatorChange {
  StateFate fate = StateFate::kKept;
  std::optional<OperatorIdentity> before;
  std::optional<OperatorIdentity> after;
  std::string reason;   // "the grouping key changed from card to card, device"
  std::string outcome;  // "its state is lost; it begins empty"
  /// The aspect that changed first ("grouping key", "window", ..), to find its place in the text.
  std::string aspect;
  /// Sinks: whether output is staged or waits to be sent; nullopt where no run was looked at.
  std::optional<bool> staged;

  const OperatorIdentity& shown() const { return after ? *after : *before; }
  OperatorIdentity::Role role() const { return shown().role; }
  /// Whether something that was computed is given up by it.
  bool loses() const;
};

struct PlanComparison {
  /// Sources, operators with state, sinks; of the new file in its order, then what is gone.
  std::vector<OperatorChange> changes;
  std::map<std::string, std::string> carried;  // ids: new -> old

  bool loses() const;
  bool same() const;  // everything is kept as it is
};

PlanComparison ComparePlans(const PlanIdentity& before, const PlanIdentity& after);

std::string_view FateName(StateFate fate);
/// `{"fate": .., "kind": .., "description": .., "reason": .., ..}`, an object per change.
void WriteJson(const PlanComparison& comparison, class JsonWriter* out);

}  // namespace millrace
