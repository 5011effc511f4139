// SPDX-License-Identifier: Apache-2.0
// WindowGroups: the keys of a window of which some lie on the disk, one key group after the other,
// so that what is in memory at once is the part of the window that belongs to a group.
//
// Slices are merged in the order that the window asks for, each from what is in memory and what is
// on the disk of it. Entries whose slice goes with the window are deleted; of the others, as many
// come into memory as there is room for, and the rest stays where it is. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/keys/key_index.h"
#include "operators/window/window_panes.h"

namespace millrace {

class WindowGroups {
 public:
  struct Window {
    int64_t begin = 0;  // of its slices' ends, exclusive
    int64_t end = 0;
    bool newest_first = false;
    std::function<bool(int64_t slice_end)> goes;  // the slice goes with the window
  };

  /// `panes` and `calls` outlive the object.
  WindowGroups(WindowPanes* panes, const std::vector<AggregateCall>* calls)
      : panes_(panes), merged_(calls), one_(calls) {}

  void Begin(Window window);
  /// The keys of the next group that has any, in slots of their own; false behind the last.
  Result<bool> Next();
  int group() const { return group_; }
  WindowPane& merged() { return merged_; }
  std::string_view key(uint32_t slot) const { return keys_->key(slot); }

 private:
  struct Slice {
    WindowPane* pane = nullptr;
    bool goes = false;
    bool all_held = true;             // as far as it was read
    std::string prefix;               // of its entries' keys
    std::vector<uint32_t> held;       // key slots that are in memory, by group
    std::vector<uint32_t> group_end;  // in `held`
  };

  void Sort(Slice* slice) const;
  void Clear();
  Status MergeGroup();
  Status MergeHeld(const Slice& slice);
  Status MergeCold(Slice* slice, std::string_view entry_key, std::string_view value);
  uint32_t SlotOf(std::string_view key, uint64_t hash);

  WindowPanes* panes_;
  std::vector<Slice> slices_;  // as they are merged
  int group_ = -1;
  std::unique_ptr<KeyIndex> keys_;
  WindowPane merged_;
  AggregateStates one_;  // an entry that is read
};

}  // namespace millrace
