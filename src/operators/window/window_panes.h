// SPDX-License-Identifier: Apache-2.0
// WindowPanes: accumulators per slice and key, the state of window aggregation.
//
// Keys have one slot for all slices (KeyTable), so a batch is hashed once whatever slices its rows
// go to, and merging slices into a window is a walk over slots without hashing. A pane holds the
// accumulators of one slice by key slot; panes are recycled with their memory. A key leaves the
// table when no pane holds it. State entries: (slice end, key) -> window start, row count,
// accumulators.
//
// An entry leaves memory once it is on the disk and nobody has asked for it lately, and comes back
// when a row of its key comes to its slice. A window over slices of which entries are on the disk
// fires one key group after the other (WindowGroups). One thread.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operators/aggregate/aggregate_states.h"
#include "state/key_table.h"
#include "state/state_store.h"

namespace millrace {

/// One slice. `rows`, `slots`, `signs` and `sequence` collect an update until Flush.
struct WindowPane {
  explicit WindowPane(const std::vector<AggregateCall>* calls) : states(calls) {}

  int64_t start = 0;
  int64_t end = 0;
  AggregateStates states;
  std::vector<int64_t> counts;    // by key slot: rows, added minus retracted
  std::vector<uint8_t> flags;     // by key slot
  std::vector<uint32_t> touched;  // key slots in order of their first row
  std::vector<uint32_t> dirty;
  bool cold = false;                 // some entries may be on the disk only
  std::vector<uint64_t> changed_in;  // by key slot: the epoch that has its last change

  std::vector<int32_t> rows;
  std::vector<uint32_t> slots;
  std::vector<int8_t> signs;
  std::vector<int64_t> sequence;
};

class WindowPanes final : public StateTable {
 public:
  WindowPanes(std::string name, bool track, const std::vector<AggregateCall>* calls);

  const KeyTable& keys() const { return keys_; }
  /// The key slots of a batch's rows. They stay valid until ReleaseKeys.
  void FindKeys(const EncodedKeys& keys, std::vector<uint32_t>* slots);
  const std::map<int64_t, std::unique_ptr<WindowPane>>& panes() const { return panes_; }
  WindowPane* Find(int64_t end) const;
  WindowPane* Create(int64_t start, int64_t end);
  /// Folds in the rows collected in the pane, of a batch with these columns.
  Status Flush(WindowPane* pane, std::span<const std::shared_ptr<arrow::Array>> columns);
  /// Merges the panes with begin < end <= `end` into a scratch pane, valid until the next Merge.
  Result<WindowPane*> Merge(int64_t begin, int64_t end, bool newest_first);
  /// Deletes the pane, what of it is on the disk too.
  Status Drop(int64_t end);
  /// Erases keys that no pane holds. Call it when no batch's slots are in use.
  void ReleaseKeys();

  /// After a start: the panes of what lies on the disk.
  Status FindPanes();
  /// Some entry of the panes with begin < end <= `end` may be on the disk only.
  bool AnyCold(int64_t begin, int64_t end) const;
  /// Such panes, by their ends.
  std::vector<WindowPane*> Between(int64_t begin, int64_t end) const;
  /// Null: nothing is on the disk.
  ColdEntries* cold() { return cold_.get(); }
  /// What is in memory of an entry counts, whatever is on the disk.
  bool IsHeld(const WindowPane& pane, std::string_view key, uint64_t hash) const {
    const uint32_t slot = keys_.Find(key, hash);
    return slot != KeyTable::kNone && slot < pane.flags.size() && pane.flags[slot] != 0;
  }
  /// Of an entry on the disk: its window start, rows, accumulators.
  Status ReadValue(std::string_view value, int64_t* start, int64_t* count, AggregateStates* states,
                   uint32_t slot) const;
  /// Before a window reads its entries on the disk: as long as memory suffices, as many of them may
  /// stay as there are in memory now, so that the next window does not read them again.
  void BeginKeeping();
  bool MayKeep() const { return may_keep_ > 0; }
  /// Brings an entry into memory and answers its slot.
  Result<uint32_t> Keep(WindowPane* pane, std::string_view key, uint64_t hash,
                        std::string_view value);
  /// Deletes an entry that is on the disk only.
  void Delete(std::string_view entry_key) { deleted_.emplace_back(entry_key); }

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return held_; }
  size_t memory_bytes() const override;
  size_t unsaved_bytes() const override;
  bool reads_cold() const override { return track_; }
  void AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) override;
  void Collected(uint64_t epoch) override;
  void Shrink(uint64_t applied, size_t bytes) override;

 private:
  static constexpr uint8_t kTouched = 1;
  static constexpr uint8_t kDirty = 2;
  static constexpr uint8_t kStored = 4;
  static constexpr uint8_t kUsed = 8;  // changed or loaded since Shrink last came by

  void Fit(WindowPane* pane);
  void Touch(WindowPane* pane, uint32_t slot);
  Status Load(WindowPane* pane);
  Status ReadEntry(WindowPane* pane, uint32_t slot, std::string_view value);
  Status DeleteCold(const WindowPane& pane);
  bool CanLeave(WindowPane* pane, uint32_t slot, uint64_t applied) const;
  void Leave(WindowPane* pane, size_t place);
  size_t EntryBytes() const;
  Status MergeIn(const WindowPane& pane);
  void Clear(WindowPane* pane);
  std::string KeyOf(int64_t end, uint32_t slot) const;
  std::string ValueOf(const WindowPane& pane, uint32_t slot) const;

  std::string name_;
  bool track_;
  const std::vector<AggregateCall>* calls_;
  KeyTable keys_;
  std::vector<uint32_t> panes_of_key_;  // by key slot: panes that hold it
  std::vector<uint32_t> unheld_;        // key slots that may be without a pane
  std::map<int64_t, std::unique_ptr<WindowPane>> panes_;
  std::vector<std::unique_ptr<WindowPane>> spare_;
  WindowPane merged_;
  std::vector<std::string> deleted_;
  size_t held_ = 0;   // entries in memory, of all panes
  size_t dirty_ = 0;  // of these, what changed since the last delta

  std::unique_ptr<ColdEntries> cold_;  // null: nothing leaves memory
  bool restored_ = false;
  std::vector<std::pair<WindowPane*, uint32_t>> collected_;  // entries of the delta at hand
  int64_t hand_ = 0;                                         // the pane where Shrink goes on,
  uint64_t short_of_memory_ = 0;                             // calls of Shrink until it is over
  size_t may_keep_ = 0;
  size_t hand_place_ = 0;  // and where in it
  uint64_t written_ = 0;
  uint64_t written_bytes_ = 0;  // of their keys, and of their values twice
};

}  // namespace millrace
