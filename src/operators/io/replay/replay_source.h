// SPDX-License-Identifier: Apache-2.0
// Replays: records that left a pipeline as dead letters and come in again.
//
// `<data directory>/replays/<table>/<name>.replay` holds records with their bytes. Every table's
// source is wrapped: such a file is one more split, read like the others, so its records go through
// the pipeline as it is now, positions and epochs hold for them, and each comes in once. When its
// last record belongs to an epoch that happened the file is renamed to `<name>.done`. A record that
// leaves again is told by where it was first.
//
// The file is text: a line `replay 1 <records> <records per second, 0 = all at once>`, then per
// record its bytes and key in base64 ('-' is none), its time (milliseconds or '-'), and split and
// position of its first reading in base64.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "plan/table.h"

namespace millrace {

/// One record to be replayed.
struct ReplayRecord {
  std::optional<std::string> raw;
  std::optional<std::string> key;
  std::optional<int64_t> timestamp_ms;
  std::string split;  // where it was read first
  std::string position;
};

/// What a replay file holds.
std::string FormatReplay(const std::vector<ReplayRecord>& records, double rows_per_second);
struct Replay {
  std::vector<ReplayRecord> records;
  double rows_per_second = 0;
};
Result<Replay> ParseReplay(std::string_view text);

std::string ReplayDirectory(const std::string& data_dir, const std::string& table);

/// The connector's source, with the replays of the table as further splits. With
/// ConnectorServices::replays_only these alone.
Result<std::unique_ptr<Source>> MakeTableSource(const Table& table, const TableContext& context);

}  // namespace millrace
