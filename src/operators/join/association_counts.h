// SPDX-License-Identifier: Apache-2.0
// AssociationCounts: how many partners held rows of a join have, by the sequence number of their
// entry and the group of their key; rows without one are not in it. A table of its own, because a
// count beside the row would make every match a new copy of the row in the delta. Counts leave
// memory with their rows (Evict) and come back when these do (Ask, Load); what has changed must not
// leave before the epoch is applied, which the table of the keys sees to. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "state/state_store.h"

namespace millrace {

class AssociationCounts final : public StateTable {
 public:
  AssociationCounts(std::string name, bool track) : name_(std::move(name)), track_(track) {}

  int64_t Get(uint64_t sequence, int key_group) const;
  /// Zero or less: the row has no partner any more.
  void Set(uint64_t sequence, int key_group, int64_t count);

  /// What is on the disk of a row that has been loaded, whose join key has this hash; until Load.
  void Ask(uint64_t sequence, uint64_t key_hash) { asked_.push_back({sequence, key_hash}); }
  Status Load();
  /// Forgets what is in memory of a row.
  void Evict(uint64_t sequence, int key_group) { counts_.erase(Number(sequence, key_group)); }
  /// Deletes what may be on the disk of a row that is there only.
  void DeleteOnDisk(uint64_t sequence, int key_group) {
    deleted_.push_back(Number(sequence, key_group));
  }

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return counts_.size(); }
  size_t memory_bytes() const override;
  bool reads_cold() const override { return track_; }
  void AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) override;
  /// Counts leave with their rows.
  void Shrink(uint64_t, size_t) override {}

 private:
  struct Asked {
    uint64_t sequence;
    uint64_t key_hash;
  };
  struct Count {
    int64_t value = 0;
    bool stored = false;  // a delta has carried it
    bool dirty = false;
  };
  static uint64_t Number(uint64_t sequence, int group) {
    return sequence << 8 | static_cast<uint8_t>(group);
  }
  Status Visit(uint64_t number, const Count* count,
               const std::function<Status(const StateChange&)>& visit) const;

  std::string name_;
  bool track_;
  std::unordered_map<uint64_t, Count> counts_;
  std::vector<uint64_t> changed_;
  std::vector<uint64_t> deleted_;  // of those that a delta has carried
  std::unique_ptr<ColdEntries> cold_;
  std::vector<Asked> asked_;
};

}  // namespace millrace
