// SPDX-License-Identifier: Apache-2.0
// PlanIdentity: the operators, sources and sinks of one job with their stable ids. Equal ones are
// told apart by the tables they feed, then by their whole sub-plan, never by where they stand in
// the file. A later version of a file takes over the ids of an earlier one (Adopt), which is how an
// operator keeps its id when a new one comes that has the same meaning. Immutable but for that.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plan/identity/operator_identity.h"

namespace millrace {

class JsonValue;  // base/json_value.h

class PlanIdentity {
 public:
  PlanIdentity() = default;
  static PlanIdentity Of(const std::vector<PlanNodePtr>& roots);

  /// Inputs come before what reads them.
  const std::vector<OperatorIdentity>& operators() const { return operators_; }
  const OperatorIdentity* Find(std::string_view id) const;

  /// Of a node of the plan this was made from. Scans of one table that want different columns are
  /// one source. A node that is not in the plan has the id of its digest.
  std::string IdOf(const PlanNodePtr& node) const;
  /// Of a sink; two equal ones are two.
  const std::string& IdOfRoot(size_t root) const;

  /// Gives operators the ids they had in an earlier plan: new id -> old id. All others get ids that
  /// the earlier plan did not have, so that none comes by the state of another.
  void Adopt(const PlanIdentity& before, const std::map<std::string, std::string>& ids);
  /// For what is read back.
  void Add(OperatorIdentity identity) { operators_.push_back(std::move(identity)); }

  std::string ToJson() const;
  /// Back from the array that ToJson wrote. Nodes have no ids in such a plan.
  static PlanIdentity FromJson(const JsonValue& operators);

 private:
  friend class PlanIdentityBuilder;

  std::vector<OperatorIdentity> operators_;
  std::map<std::string, size_t> by_digest_;  // of nodes: index of the operator
  std::vector<size_t> roots_;
};

}  // namespace millrace
