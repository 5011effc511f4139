// SPDX-License-Identifier: Apache-2.0
#include "state/restore.h"

#include <map>
#include <set>
#include <vector>

#include "base/mutant.h"
#include "data/key_codec.h"
#include "state/encoding.h"

namespace millrace {
namespace {

class OperatorRestorer {
 public:
  OperatorRestorer(const DurableState& state, const RestoredOperator& op, bool moved)
      : state_(state), op_(op), moved_(moved) {
    for (size_t shard = 0; shard < op.shards.size(); ++shard) {
      if (op.shards[shard] != nullptr) active_.push_back(shard);
    }
  }

  bool ReadsCold(size_t index) { return TableOf(active_[0], index).reads_cold(); }

  /// The groups of which a shard has the entries.
  ColdEntries::Groups GroupsOf(size_t shard) const {
    ColdEntries::Groups groups;
    for (int group = 0; group < kKeyGroups; ++group) {
      if (OwnerOf(group) == shard) groups.set(static_cast<size_t>(group));
    }
    return groups;
  }

  Status RestoreTable(size_t index, const std::function<void(const StateEntry&)>& leftover) {
    const std::string_view name = TableOf(active_[0], index).name();
    const std::string prefix = StatePrefix(op_.id, name);
    own_.clear();
    TRY(state_.Visit(prefix, [&](std::string_view key, std::string_view value) -> Status {
      TRY_ASSIGN(const StateEntry entry, ParseState(key, value, prefix.size()));
      if (entry.key_group == kShardEntry) {
        own_[std::string(entry.key)].emplace_back(entry.shard, entry.value);
        return OkStatus();
      }
      const bool free = entry.key_group == kFreeEntry;
      const size_t owner = free ? TakerOf(entry.shard) : OwnerOf(entry.key_group);
      return TableOf(owner, index)
          .Apply({name, entry.key, entry.value, false, free ? -1 : entry.key_group});
    }));
    for (const auto& [key, values] : own_) {
      TRY(RestoreOwn(index, key, values));
      for (const auto& [shard, value] : values) {
        if (IsActive(shard)) continue;
        leftover(
            {.operator_id = op_.id, .table = name, .shard = shard, .key = key, .deleted = true});
      }
    }
    return OkStatus();
  }

 private:
  using Values = std::vector<std::pair<int, std::string>>;  // by shard, ascending

  StateTable& TableOf(size_t shard, size_t index) { return *op_.shards[shard]->tables()[index]; }
  bool IsActive(int shard) const {
    const auto index = static_cast<size_t>(shard);
    return index < op_.shards.size() && op_.shards[index] != nullptr;
  }
  /// All rows of an operator that is not on every shard go to one.
  size_t OwnerOf(int key_group) const {
    const auto shard = static_cast<size_t>(ShardOf(key_group, static_cast<int>(op_.shards.size())));
    const bool there = op_.shards[shard] != nullptr && !MUTANT("keys-on-one-shard");
    return there ? shard : active_[0];
  }

  /// The shard that goes on with what another one wrote.
  size_t TakerOf(int shard) const {
    const size_t next = MUTANT("outbox-on-another-shard") ? 1 : 0;
    if (IsActive(shard) && next == 0) return static_cast<size_t>(shard);
    return active_[(static_cast<size_t>(shard) + next) % active_.size()];
  }

  Status RestoreOwn(size_t index, const std::string& key, const Values& values) {
    for (const size_t owner : active_) {
      StateTable& table = TableOf(owner, index);
      bool merging = false;
      for (const auto& [shard, value] : values) {
        const bool own = !moved_ || MUTANT("cells-not-merged");
        if (own && static_cast<size_t>(shard) != owner) continue;
        const StateChange change{table.name(), key, value, false, -1};
        TRY(merging ? table.Merge(change) : table.Apply(change));
        merging = true;
      }
    }
    return OkStatus();
  }

  const DurableState& state_;
  const RestoredOperator& op_;
  bool moved_;
  std::vector<size_t> active_;
  std::map<std::string, Values> own_;  // entries of shards, by key
};

}  // namespace

Status VisitOperator(const DurableState& state, std::string_view id,
                     const std::function<void(const StateEntry&)>& visit) {
  std::string prefix;
  PutBytes(id, &prefix);
  return state.Visit(prefix, [&](std::string_view key, std::string_view value) -> Status {
    std::string_view rest = key.substr(prefix.size());
    std::string_view table;
    if (!GetBytes(&rest, &table)) return CorruptStateEntry(id);
    TRY_ASSIGN(StateEntry entry, ParseState(key, value, key.size() - rest.size()));
    entry.operator_id = id;
    entry.table = table;
    visit(entry);
    return OkStatus();
  });
}

Status AttachCold(const DurableState& state, const RestoredOperator& op, bool restored) {
  const OperatorRestorer owners(state, op, /*moved=*/false);
  for (size_t shard = 0; shard < op.shards.size(); ++shard) {
    if (op.shards[shard] == nullptr) continue;
    const ColdEntries::Groups own = owners.GroupsOf(shard);
    for (StateTable* table : op.shards[shard]->tables()) {
      if (!table->reads_cold()) continue;
      auto entries = std::make_unique<ColdEntries>(&state, op.id, table->name(), own);
      bool any = false;
      if (restored) {
        TRY_ASSIGN(any, entries->Any());
      }
      table->AttachCold(std::move(entries), any);
    }
  }
  return OkStatus();
}

Status RestoreOperator(const DurableState& state, const RestoredOperator& op, bool moved,
                       const std::function<void(const StateEntry&)>& leftover) {
  OperatorRestorer restorer(state, op, moved);
  size_t tables = 0;
  for (const StateStore* store : op.shards) {
    if (store != nullptr) tables = store->tables().size();
  }
  for (size_t index = 0; index < tables; ++index) {
    if (restorer.ReadsCold(index)) continue;
    TRY(restorer.RestoreTable(index, leftover));
  }
  return OkStatus();
}

Status DropTables(const DurableState& state, const RestoredOperator& op,
                  const std::function<void(const StateEntry&)>& leftover) {
  std::set<std::string> dropped;
  for (const StateStore* store : op.shards) {
    if (store != nullptr) dropped.insert(store->dropped().begin(), store->dropped().end());
  }
  for (const std::string& table : dropped) {
    const std::string prefix = StatePrefix(op.id, table);
    TRY(state.Visit(prefix, [&](std::string_view key, std::string_view value) -> Status {
      TRY_ASSIGN(StateEntry entry, ParseState(key, value, prefix.size()));
      entry.operator_id = op.id;
      entry.table = table;
      leftover(entry);
      return OkStatus();
    }));
  }
  return OkStatus();
}

}  // namespace millrace
