// SPDX-License-Identifier: Apache-2.0
// The queries that worlds run, and for each the oracle: a second, dumb implementation, a loop over
// the input as it lies, without anything of the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// A row of the input.
struct InputRow {
  int split = 0;
  int64_t k = 0;
  int64_t v = 0;  // no other row of the world has it
  int64_t ts_ms = 0;
};

using OutputRow = std::vector<std::optional<int64_t>>;

struct Expected {
  std::vector<OutputRow> rows;  // of a changelog: what remains of it
  std::vector<int64_t> failed;  // v of rows that must become dead letters
  uint64_t filtered = 0;
  std::optional<uint64_t> late;  // if the query says so
};

/// What the oracle reads: the rows of each split in order, and how far the watermark is behind.
struct OracleInput {
  std::vector<std::vector<InputRow>> splits;
  int64_t delay_ms = 0;
};

struct Query {
  std::string_view name;
  std::string_view text;
  std::string_view columns;     // of the result, as declared
  std::string_view views = {};  // that it reads
  bool changelog = false;       // else its rows are final
  bool versions = false;        // of a changelog: column 1 counts the versions of a key
  bool keeps_order = false;     // rows of a split stay in order and are told by column 1, their v
  bool endless = false;         // its results do not need the end of the input
  bool takes_late = true;       // the oracle knows what becomes of late rows
  Expected (*expect)(const OracleInput& input) = nullptr;
};

std::span<const Query> Queries();
const Query& QueryAt(size_t index);

/// "+I[1, 2, null]".
std::string LineOf(const OutputRow& row);

}  // namespace millrace
