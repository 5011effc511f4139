// SPDX-License-Identifier: Apache-2.0
// Quarantine: finds the record at which the process dies again and again, so that it can be put
// aside.
//
// `<data directory>/attempts` is written by every start and removed by an orderly end, so a start
// that finds it knows that the process before died. Deaths in a row count if hardly an epoch was
// completed in between. After the first such death the run is careful for a while: records go
// through one by one, and each is named in `<data directory>/in-flight` before it is decoded (no
// sync: what the process wrote outlives the process). A record that was in flight at as many deaths
// as are needed goes on the list `<data directory>/quarantine`, durable, and is read over from then
// on. A death while nothing was in flight blames no record.
//
// Start and Close: the job's thread. While careful one thread runs the whole job. Otherwise `Held`
// may be called by any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "env/clock.h"
#include "env/disk.h"

namespace millrace {

/// A record by where it lies. `number` is the same each time its split is read: the offset in a
/// partition, the byte or the row of a file.
struct RecordPlace {
  std::string table;
  std::string split;
  uint64_t number = 0;
  bool operator==(const RecordPlace&) const = default;
};

class Quarantine {
 public:
  struct Settings {
    Disk* disk = nullptr;
    Clock* clock = nullptr;
    std::string data_dir;
    int deaths_max = 3;  // at which a record is put aside
  };
  explicit Quarantine(Settings settings) : settings_(std::move(settings)) {}

  /// What the process before left. `epoch`: behind which this run begins; `resumed`: it goes on
  /// with what was interrupted, else what is known of records is forgotten.
  Status Start(uint64_t epoch, bool resumed);
  /// In a row, hardly an epoch apart.
  int deaths() const { return deaths_; }
  /// That this start put aside.
  const std::optional<RecordPlace>& added() const { return added_; }
  /// The run should begin record by record.
  bool wants_care() const { return deaths_ >= std::max(1, settings_.deaths_max - 2); }

  void SetCareful(bool careful) { careful_ = careful; }
  bool careful() const { return careful_.load(std::memory_order_relaxed); }
  /// Careful: this record is decoded next. Waits in front of the one that is suspected.
  void Begin(const RecordPlace& place);
  /// Careful: what was begun has gone through.
  void Done();

  /// Numbers of the split's records that are put aside, ascending; with the deaths of each.
  struct HeldRecord {
    uint64_t number = 0;
    int deaths = 0;
  };
  std::vector<HeldRecord> Held(const std::string& table, const std::string& split) const;
  /// The process ends in order.
  void Close();

 private:
  struct Entry {
    RecordPlace place;
    int deaths = 0;
  };
  Status ReadList();
  Status WriteList() const;
  std::optional<RecordPlace> ReadInFlight() const;
  Status WriteAttempt() const;
  void Note(std::string_view line);
  std::string Path(std::string_view name) const {
    return settings_.data_dir + "/" + std::string(name);
  }

  Settings settings_;
  std::atomic<bool> careful_{false};
  int deaths_ = 0;
  uint64_t epoch_ = 0;  // behind which this run began
  std::optional<RecordPlace> suspect_;
  int suspect_deaths_ = 0;
  std::optional<RecordPlace> added_;
  std::vector<Entry> list_;
  std::unique_ptr<WritableFile> in_flight_;
  bool begun_ = false;
  bool waited_ = false;  // in front of suspect_
};

}  // namespace millrace
