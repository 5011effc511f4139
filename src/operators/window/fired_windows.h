// SPDX-License-Identifier: Apache-2.0
// FiredWindows: per key group, up to which end windows have fired, where windows share slices and a
// slice therefore stays when a window over it has fired.
//
// It belongs to the keys, not to the shard: shards need not stand at the same watermark when an
// epoch ends (an idle input may have counted on one and not yet on the other), and a group whose
// windows have not fired may go to a shard whose windows have. While an operator runs, all of its
// groups stand alike but for the time that it catches up after such a move. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "data/key_codec.h"
#include "state/state_store.h"

namespace millrace {

class FiredWindows final : public StateTable {
 public:
  /// For the groups of one of `shards` shards.
  FiredWindows(bool track, int shard, int shards);

  /// Keys that come. Those of groups of other shards say that the operator is on this one alone.
  void See(const EncodedKeys& keys);

  int64_t of(int group) const { return ends_[static_cast<size_t>(group)]; }
  int64_t least() const { return least_; }
  /// False: some groups have fired windows that others have not.
  bool alike() const { return alike_; }
  /// No group has less than this.
  void Raise(int64_t end);

  std::string_view name() const override { return "fired"; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return 0; }  // none that a key has
  size_t memory_bytes() const override { return sizeof *this; }

 private:
  void TakeAll();
  void Compare();

  int shard_;
  int shards_;
  std::array<int64_t, kKeyGroups> ends_;
  std::vector<int> groups_;  // of this shard
  int64_t least_;
  bool alike_ = true;
  bool track_;
  bool dirty_ = false;
};

}  // namespace millrace
