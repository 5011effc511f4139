// SPDX-License-Identifier: Apache-2.0
// FoldedChanges: the changelog of groups that send their changes later, all in one: of a group that
// has changed, the result that was sent last is held until Take compares it with the result of now.
//
// What is held can be written beside a group's state (GroupStates::Beside) where it lasts longer
// than an epoch. One thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/key_codec.h"
#include "operators/aggregate/group_states.h"
#include "operators/operator.h"
#include "state/row_store.h"

namespace millrace {

class FoldedChanges {
 public:
  /// `sends_equal`: as in RunningChanges. All outlive the object.
  FoldedChanges(GroupStates* groups, const std::vector<AggregateCall>* calls,
                const OperatorContext* context, const Schema* input, bool sends_equal);

  /// The group has changes that were not taken.
  bool holds(uint32_t slot) const { return slot < sent_.size() && sent_[slot] != kNotHeld; }
  /// From the next HoldResults on what was sent of the group is held. Its rows are still those.
  void Hold(uint32_t slot);
  Status HoldResults();
  /// A row of the batch at hand and its group. A row that is taken back from a group without rows
  /// is ignored: false.
  bool Add(int32_t row, uint32_t slot, bool adds);
  bool empty() const { return rows_.empty(); }
  /// Folds the rows that were added in.
  Status Apply(const Batch& batch);
  /// The changes of groups that are held: their keys, then results. Groups without rows end.
  Result<Batch> Take(std::span<const uint32_t> slots, const KeyCodec& keys);

  void Write(uint32_t slot, std::string* out) const;
  bool Read(uint32_t slot, std::string_view* bytes);
  void Forget(uint32_t slot);

 private:
  static constexpr uint32_t kNotHeld = RowStore::kNone - 1;
  static constexpr uint32_t kNothing = RowStore::kNone;  // no result was sent

  void Set(uint32_t slot, uint32_t sent);

  GroupStates* groups_;
  const OperatorContext* context_;
  const Schema* input_;
  bool sends_equal_;
  RowStore results_;
  std::vector<uint32_t> sent_;  // by slot: of results_, what was sent last

  // Of the rows that were added.
  std::vector<int32_t> rows_;
  std::vector<uint32_t> slots_;
  std::vector<int8_t> signs_;
  bool retracts_ = false;
  std::vector<uint32_t> known_slots_;  // groups that had a result before them, not held yet
};

}  // namespace millrace
