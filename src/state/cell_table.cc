// SPDX-License-Identifier: Apache-2.0
#include "state/cell_table.h"

#include <algorithm>

#include "state/encoding.h"

namespace millrace {

size_t CellTable::Add(std::string cell, int64_t initial, Rule rule) {
  cells_.push_back({std::move(cell), initial, initial, rule, track_});
  return cells_.size() - 1;
}

Status CellTable::Visit(const Cell& cell,
                        const std::function<Status(const StateChange&)>& visit) const {
  std::string value;
  PutOrdered(cell.value, &value);
  return visit({name_, cell.name, value, false});
}

Status CellTable::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (Cell& cell : cells_) {
    if (!cell.dirty) continue;
    cell.dirty = false;
    TRY(Visit(cell, visit));
  }
  return OkStatus();
}

Status CellTable::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (const Cell& cell : cells_) TRY(Visit(cell, visit));
  return OkStatus();
}

Status CellTable::Apply(const StateChange& change) {
  for (Cell& cell : cells_) {
    if (cell.name != change.key) continue;
    std::string_view bytes = change.value;
    cell.value = cell.initial;
    if (!change.deleted && !GetOrdered(&bytes, &cell.value)) return CorruptStateEntry(name_);
  }
  return OkStatus();
}

Status CellTable::Merge(const StateChange& change) {
  for (Cell& cell : cells_) {
    if (cell.name != change.key) continue;
    const int64_t own = cell.value;
    TRY(Apply(change));
    cell.value = cell.rule == Rule::kLeast ? std::min(own, cell.value) : std::max(own, cell.value);
  }
  return OkStatus();
}

}  // namespace millrace
