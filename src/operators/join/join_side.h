// SPDX-License-Identifier: Apache-2.0
// JoinSide: the rows of one side of a regular join, by join key.
//
// What is known of the side decides how they lie. If the join key contains a unique key there is
// one row per key: a value per key, which may stay on the disk until its key is asked for. Else a
// key has a list of rows in the order in which they came, which leaves memory and comes back as a
// whole, and the numbers of its partners with a row. If rows can be taken back, or a unique key
// replaces them, they are found by their identity: the values of the unique key, or of all columns.
// What is over (time-to-live) when it comes from the disk is dropped; of what nobody asks for some
// is looked at now and then.
//
// A batch of the own side is begun (rows copied, keys looked up), then its rows are inserted and
// removed one by one, then it is ended. Keys keep their places in between. One thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/prefetch.h"
#include "data/key_codec.h"
#include "operators/aggregate/expiry_list.h"
#include "operators/cold_sweep.h"
#include "operators/join/association_counts.h"
#include "operators/operator.h"
#include "plan/nodes/regular_join_node.h"
#include "state/cell_table.h"
#include "state/ordered_table.h"

namespace millrace {

class JoinSide {
 public:
  static constexpr uint32_t kNone = KeyTable::kNone;

  struct Options {
    std::string name;
    bool counts = false;  // keeps the number of partners of each row
    CellTable* cells = nullptr;
    size_t sequence = 0;  // the cell that numbers rows
  };
  JoinSide(const JoinNode& node, size_t input, const OperatorContext& context, Options options);
  JoinSide(const JoinSide&) = delete;
  JoinSide& operator=(const JoinSide&) = delete;

  /// A batch of this side. `passes[row]`: the row is neither kept nor taken back.
  Status BeginBatch(const Batch& batch, const EncodedKeys& keys, const std::vector<bool>& passes);
  /// The rows of the key of batch row i, as they are now.
  std::span<const OrderedEntry> own_rows(size_t i) const { return rows_of(places_[i]); }
  /// Keeps row i, which has so many partners.
  void Insert(size_t i, int64_t matches, int key_group);
  void Remove(size_t i, int key_group);
  void EndBatch();

  /// For the keys of a batch of the other side: the places of their rows here.
  Status Find(const EncodedKeys& keys, std::vector<uint32_t>* places);
  std::span<const OrderedEntry> rows_of(uint32_t place) const {
    if (place == kNone) return {};
    if (!one_per_key_) return lists_.entries_of(place);
    return std::span(&ones_[place], ones_[place].row == RowStore::kNone ? 0 : 1);
  }
  /// Start to load what the rows of a place are found by, then the rows, or where a new one will
  /// be; some batch rows ahead and a few.
  void Prefetch(uint32_t place) const {
    if (place == kNone) return;
    if (one_per_key_) return PrefetchLine(&ones_[place]);
    lists_.Prefetch(place);
  }
  void PrefetchRows(uint32_t place) const {
    if (place != kNone && !one_per_key_) lists_.PrefetchEntries(place);
  }
  void PrefetchOwn(size_t i) const { Prefetch(places_[i]); }
  void PrefetchInsert(size_t i) const {
    if (!one_per_key_) lists_.PrefetchEnd(places_[i]);
  }
  const RowStore& rows() const { return rows_; }
  /// Of an entry as it was some time in this batch.
  int64_t matches(const OrderedEntry& entry, int key_group) const {
    const bool moves = ttl_ms_ > 0 && !one_per_key_;
    return counts_.Get(moves ? place_of_[entry.row].sequence : entry.sequence, key_group);
  }
  /// With a time-to-live the row lives as long as if it had come now, and its entry moves.
  void SetMatches(uint32_t place, const OrderedEntry& entry, int64_t matches, int key_group);

  /// Forgets rows whose time is over.
  Status Expire(int64_t now_ms);
  Status Restored();

 private:
  /// Where the entry of a row is.
  struct Place {
    uint32_t key = 0;
    uint32_t twin = RowStore::kNone;  // a row of the same identity
    int64_t time = 0;
    uint64_t sequence = 0;
  };

  KeyTable::Values ValuesOf();
  Status Load(const EncodedKeys& keys);
  Status LoadCounts();
  void EvictList(uint32_t place);
  void UnlinkRows(uint32_t place, std::span<const uint32_t> rows);
  bool IsOver(int64_t time_ms) const { return ttl_ms_ > 0 && time_ms < now_ms_ - ttl_ms_ + 1; }
  Status SweepDisk();
  bool finds_rows() const { return identity_.has_value(); }
  void Fit();
  Place& PlaceOf(uint32_t row);
  std::string_view IdentityOf(uint32_t place, size_t i);
  void AddIdentity(uint32_t place, size_t i, uint32_t row);
  void InsertOne(uint32_t place, uint32_t row, int64_t matches, int key_group);
  void InsertInList(size_t i, uint32_t place, uint32_t row, int64_t matches, int key_group);
  void RemoveOne(uint32_t place, int key_group);
  /// The first row of the identity of batch row i.
  void RemoveFromList(uint32_t place, size_t i, int key_group);
  void ExpireRow(uint32_t row);
  /// Takes a row out of the chain of its identity.
  void Unlink(uint32_t identity, uint32_t row);
  uint64_t NextSequence();
  void Write(uint32_t place, std::string* out) const;
  Status Read(uint32_t place, std::string_view bytes);
  void Clear(uint32_t place);
  Status RestoreRows(uint32_t place, std::span<const OrderedEntry> entries);

  bool one_per_key_;
  bool replaces_;  // a row takes the place of that with its unique key
  bool counts_matches_;
  int64_t ttl_ms_;
  CellTable* cells_;
  size_t sequence_;
  KeyTable keys_;  // of lists it is no state, it follows from the entries
  RowStore rows_;
  std::vector<OrderedEntry> ones_;  // by place
  OrderedTable lists_;
  AssociationCounts counts_;
  std::optional<KeyCodec> identity_;
  KeyIndex identities_;
  std::vector<uint32_t> first_row_;  // by identity
  std::vector<Place> place_of_;      // by row
  ExpiryList expiry_;                // of rows; one per key: of places
  int64_t now_ms_ = 0;
  ColdSweep sweep_;

  // Of the batch at hand.
  std::vector<uint32_t> places_;
  std::vector<uint32_t> slots_;  // by batch row: its copy; kNone if it is none that is kept
  EncodedKeys encoded_identities_;
  std::string identity_bytes_;
  std::vector<uint32_t> maybe_empty_;
};

}  // namespace millrace
