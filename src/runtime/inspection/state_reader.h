// SPDX-License-Identifier: Apache-2.0
// StateReader: what a data directory holds, without the pipeline, its file or its lock. It writes
// nothing, so it works on a full or read-only disk and beside a running pipeline; of a damaged
// directory it gives what can be read and says what cannot.
//
// If a sink decides epochs by transactions of its own, the last epoch in the journal may turn out
// not to have happened: View says whether it is part of what is seen. One thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/epochs/journal.h"
#include "runtime/epochs/manifest.h"
#include "runtime/epochs/plan_file.h"
#include "state/durable_state.h"
#include "state/epoch_delta.h"

namespace millrace {

class StateReader {
 public:
  using Visitor = std::function<Status(const StateEntry&)>;

  enum class View {
    kLast,     // everything in the journal
    kDecided,  // the last epoch is left out unless it is known to have happened
  };

  /// `open_state` opens without writing. MR0722: there is no run in the directory at all.
  static Result<std::unique_ptr<StateReader>> Open(Disk* disk, const std::string& data_dir,
                                                   const DurableStateFactory& open_state,
                                                   View view = View::kLast);

  /// Of the last epoch that is seen; nullopt: no epoch can be read.
  const std::optional<RunManifest>& manifest() const { return manifest_; }
  const std::optional<StoredPlan>& plan() const { return plan_; }
  uint64_t epoch() const { return epoch_; }
  /// What a decision record says if that epoch is the last one that happened.
  const std::optional<EpochRecord>& decided() const { return decided_; }
  /// The epoch behind it that is left out, and what a decision record says if it has happened.
  const std::optional<JournalRecord>& left_out() const { return left_out_; }
  /// The epoch up to which state has left the journal; nullopt: none has.
  std::optional<uint64_t> applied_epoch() const;
  size_t journal_records() const { return journal_records_; }
  uint64_t journal_bytes() const { return journal_bytes_; }
  /// What is damaged, a line each.
  const std::vector<std::string>& problems() const { return problems_; }

  /// All entries at the last epoch, by operator and table, in the order of their keys.
  Status Visit(const Visitor& visit) const { return VisitBehind({}, visit); }
  Status VisitOperator(std::string_view id, const Visitor& visit) const;

 private:
  StateReader() = default;
  void ReadJournal(Disk* disk, const std::string& directory, View view);
  void LeaveOutLast(const std::optional<StateMarker>& marker);
  Status AddRecord(const JournalRecord& record);
  /// Those whose keys begin with `prefix`.
  Status VisitBehind(const std::string& prefix, const Visitor& visit) const;

  std::unique_ptr<DurableState> state_;  // null: there is none
  std::optional<RunManifest> manifest_;
  std::optional<StoredPlan> plan_;
  uint64_t epoch_ = 0;
  std::optional<EpochRecord> decided_;
  std::optional<JournalRecord> left_out_;
  size_t journal_records_ = 0;
  uint64_t journal_bytes_ = 0;
  std::vector<std::string> problems_;
  /// Of epochs that are not applied, by key of DurableState; no value: deleted.
  std::map<std::string, std::optional<std::string>> changes_;
  std::vector<JournalRecord> records_;  // not applied, in order
};

}  // namespace millrace
