// SPDX-License-Identifier: Apache-2.0
// SurveyState: what every operator keeps in a data directory, counted, and whether each entry is
// what its plan says.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/inspection/state_reader.h"

namespace millrace {

struct OperatorSurvey {
  std::string id;
  std::optional<OperatorIdentity> identity;  // nullopt: the plan does not have it
  uint64_t entries = 0;
  uint64_t bytes = 0;                      // of keys and values
  std::map<std::string, uint64_t> tables;  // entries by table
  uint64_t undecodable = 0;
  std::string first_problem;  // of them
};

struct StateSurvey {
  std::vector<OperatorSurvey> operators;  // in the order of the plan, then those that it has not
  std::vector<std::string> problems;      // what cannot be read at all

  bool sound() const;
};

/// With `decode`, each entry is decoded.
StateSurvey SurveyState(const StateReader& reader, bool decode);

}  // namespace millrace
