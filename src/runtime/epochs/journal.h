// SPDX-License-Identifier: Apache-2.0
// EpochJournal: one record per epoch in `<data-dir>/journal`, a SegmentedLog: the manifest of the
// run at that epoch, what changed in state, and the dead letters. One append and one sync make an
// epoch durable; without a transaction in another system that is also what decides it. Format:
// docs/internals/epochs.md.
//
// A record with the epoch of an earlier one says that the earlier one, and all behind it, never
// happened: it was not decided when the process died. Called by the coordinator's thread;
// durability is told by a callback on a thread of its own.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/epoch_transaction.h"
#include "env/environment.h"
#include "log/segmented_log.h"
#include "log/sync_scheduler.h"

namespace millrace {

/// Of the log of every journal.
constexpr uint64_t kJournalLogId = 0x6d72'6570'6f63'6801;
constexpr uint64_t kJournalSegmentBytes = 16ull << 20;

struct JournalRecord {
  enum class Kind : uint8_t {
    kEpoch = 0,
    kStart = 1,  // a run begins afresh: what is before it is another run's
  } kind = Kind::kEpoch;
  uint64_t epoch = 0;
  std::string manifest;                             // RunManifest::Body
  std::vector<std::pair<int, std::string>> deltas;  // by shard
  struct Letters {
    uint64_t at = 0;  // length of the table's file in front of them
    std::string lines;
  };
  std::map<std::string, Letters> dead_letters;  // by table
  /// kStart: what the decision record said then, which belongs to an earlier run.
  std::optional<EpochRecord> decided_before;

  std::string Encode() const;
  /// The same in parts; the large ones stay where they lie in the record, the others in `own`.
  std::vector<std::string_view> EncodeParts(std::deque<std::string>* own) const;
  static Result<JournalRecord> Decode(std::string_view bytes);
};

class EpochJournal {
 public:
  /// A record and where it is.
  struct Place {
    int64_t offset = 0;
    JournalRecord::Kind kind = JournalRecord::Kind::kEpoch;
    uint64_t epoch = 0;
    uint64_t hash = 0;
    std::optional<EpochRecord> decided_before;
  };

  /// What a record of the journal's log says of itself, without where it is.
  static Result<Place> PlaceOf(std::string_view payload);

  /// Creates it where there is none. `background` of the environment says whether syncs get a
  /// thread; without, Append syncs.
  static Result<std::unique_ptr<EpochJournal>> Open(const Environment& env,
                                                    const std::string& directory,
                                                    uint64_t segment_bytes = kJournalSegmentBytes);
  ~EpochJournal();

  /// The records that count, in order: those of the last run, without those taken back by later
  /// ones.
  const std::vector<Place>& places() const { return places_; }
  Result<JournalRecord> Read(const Place& place) const;
  /// Forgets the places behind the first `count`: they were not decided.
  void Keep(size_t count) { places_.resize(count); }

  /// The record's hash. `durable` is called once if and only if a value is returned. MR0802: no
  /// room, nothing was changed and it may be tried again. MR0808: read-only for good.
  Result<uint64_t> Append(const JournalRecord& record, std::function<void(const Status&)> durable);
  /// The same, durable when it returns: for a small record that somebody waits for.
  Result<uint64_t> AppendAndSync(const JournalRecord& record,
                                 const std::function<void(const Status&)>& durable);
  /// Waits until everything appended is durable.
  Status Sync() { return log_->Sync(); }
  /// Records below this epoch are not needed any more; whole segments of them are deleted.
  Status DropBefore(uint64_t epoch);
  uint64_t bytes() const { return log_->statistics().bytes; }

 private:
  EpochJournal() = default;
  Status ReadPlaces();
  void Add(Place place);

  std::unique_ptr<SyncScheduler> scheduler_;
  std::unique_ptr<SegmentedLog> log_;
  Clock* clock_ = nullptr;
  bool syncs_itself_ = false;
  std::vector<Place> places_;
};

}  // namespace millrace
