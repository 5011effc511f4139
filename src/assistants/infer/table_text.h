// SPDX-License-Identifier: Apache-2.0
// TableText: the proposed CREATE TABLE as a text for people: a column per line with what was seen
// of it behind it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "assistants/infer/infer.h"

namespace millrace {

struct TableTextParts {
  const InferSource* source = nullptr;
  std::string format;
  std::vector<std::pair<std::string, std::string>> format_options;
  Schema schema;  // physical columns, NOT NULL where that is wanted
};

/// The statements: SETs, then CREATE TABLE. `inferred` gives columns, event time and keys.
std::string WriteTableText(const TableTextParts& parts, const Inferred& inferred);

/// What the event time is computed with; empty if the column itself is the event time.
std::string EventTimeExpression(const ColumnProfile& column);

/// `INTERVAL '5' SECOND`; whole days, hours, minutes or seconds.
std::string IntervalText(int64_t ms);

}  // namespace millrace
