// SPDX-License-Identifier: Apache-2.0
// The world around the process of the transaction model: time, disk, broker, network, reader.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "env/clock.h"
#include "simulation/model/transaction_model.h"

namespace millrace::model {

constexpr int kKeys = 3;
constexpr int kTransactionTimeout = 120;  // ticks

/// One result: the n-th row of its key, made from one row of a source.
struct Output {
  int source = 0;
  int position = 0;
  int message = 0;
  int key = 0;
  int count = 0;
};

struct Decision {
  uint64_t epoch = 0;
  uint64_t hash = 0;
  uint64_t owner = 0;  // the process that wrote it
};

/// State of an epoch, whole; the journal holds one per epoch.
struct Snapshot {
  uint64_t epoch = 0;
  uint64_t hash = 0;
  std::vector<int> positions;  // by source
  std::array<int, kKeys> counts{};
};

struct Crash {
  bool power_loss = false;
};
struct Restart {};  // from the last decided epoch, in the same process
struct Stopped {    // with a cause that a person must look at
  bool refused = false;
  std::string cause;
};

/// Journal segments and the ingest log. What is not synced is in the cache: it is there after a
/// kill, and partly after a power loss.
class ModelDisk {
 public:
  struct Segment {
    std::vector<Snapshot> records;
    size_t durable = 0;  // records that are on the platter for certain
    bool linked = false;
    bool removed = false;  // and the directory not synced since
  };
  void Append(const Snapshot& record, bool new_segment);
  /// False: the error that leaves pages clean and data gone.
  bool SyncRecords(bool fails);
  void SyncDirectory();
  void RemoveOlder(uint64_t epoch);
  const Snapshot* Find(uint64_t epoch, std::optional<uint64_t> hash) const;
  const Snapshot* Newest() const;
  /// Everything but this record is dropped, durably.
  void KeepOnly(const Snapshot& record);
  void LosePower(Random* random);
  bool empty() const;

  std::vector<int> ingest;  // ids of messages
  size_t ingest_durable = 0;

 private:
  std::vector<Segment> segments_;
};

enum class Reply { kOk, kFenced, kInvalid, kUnclear };

/// One transactional id, one output topic, one group, in the protocol before KIP-890: the end of a
/// transaction ends whichever is open.
class ModelBroker {
 public:
  explicit ModelBroker(std::function<void(const Output&)> reader) : reader_(std::move(reader)) {}

  int Init();
  Reply Produce(int producer_epoch, int sequence, const Output& output, int now);
  Reply WriteDecision(int producer_epoch, const Decision& decision, int now);
  Reply End(int producer_epoch);
  void WriteDecisionOutside(const Decision& decision) { decision_ = decision; }
  void CommitForDisplay(const std::vector<int>& positions) { displayed_ = positions; }
  const std::optional<Decision>& decision() const { return decision_; }
  const std::vector<int>& displayed() const { return displayed_; }
  int producer_epoch() const { return producer_epoch_; }
  int next_sequence() const { return next_sequence_; }
  void PassTime(int now);
  uint64_t commits() const { return commits_; }

 private:
  void Abort();

  std::function<void(const Output&)> reader_;
  int producer_epoch_ = 0;
  int next_sequence_ = 0;
  bool open_ = false;
  int opened_at_ = 0;
  bool last_committed_ = false;
  std::vector<Output> outputs_;  // of the open transaction
  std::optional<Decision> pending_;
  std::optional<Decision> decision_;
  std::vector<int> displayed_;
  uint64_t commits_ = 0;
};

/// Which faults a seed has, so that each is also met alone.
struct Faults {
  bool kills = false;
  bool power_losses = false;
  bool lost = false;
  bool late = false;
  bool resent = false;
  bool pauses = false;
  bool sync_errors = false;
  bool hijacks = false;
  bool second_process = false;
  bool second_is_fresh = false;  // it has a data directory of its own, else a copy
};

class World {
 public:
  World(uint64_t seed, Mistake mistake);

  /// Time passes: late requests arrive, others act, and this process may die here.
  void Tick();
  /// Sends a request; the reply may be lost, the request, too. `disturbed` is set when the client
  /// library had to send it twice.
  Reply Send(std::function<Reply()> request, bool* disturbed);
  bool Chance(int percent) { return Draw(100) < percent; }
  int Draw(int below);
  bool Is(Mistake mistake) const { return mistake_ == mistake; }
  void Violate(const std::string& text) {
    if (result.violation.empty()) result.violation = text;
  }
  bool SyncFails() { return Faulty() && faults.sync_errors && Chance(6); }
  /// The process that runs accepts a message of a client.
  int NewMessage() { return next_message_++; }
  void Acknowledge(const std::vector<int>& log, size_t count);
  bool WasRead(int source, int position) const { return position < read_[Index(source)]; }
  /// Everything that must be in the output is there.
  std::string Missing(const ModelDisk& disk) const;
  bool has_ingest() const { return sources.back() < 0; }
  bool Faulty() const { return disturbances_left_ > 0; }

  Faults faults;
  std::vector<int> sources;  // rows of each; the last may be -1: ingest
  int ingest_messages = 0;
  ModelBroker broker;
  ModelResult result;
  int now = 0;
  uint64_t next_owner = 1;
  uint64_t next_hash = 1;
  int ticks_until_kill = -1;                      // of a second process
  std::vector<std::unique_ptr<ModelDisk>> disks;  // more than one once a second process ran
  ModelDisk* current = nullptr;                   // of the process that runs
  std::function<void(ModelDisk*)> run_second;

 private:
  struct Late {
    int at = 0;
    std::function<Reply()> request;
  };
  static size_t Index(int source) { return static_cast<size_t>(source); }
  void Read(const Output& output);
  void StartSecond();

  std::unique_ptr<Random> random_;
  Mistake mistake_;
  int disturbances_left_ = 0;
  bool second_started_ = false;
  std::vector<Late> late_;
  int next_message_ = 0;
  std::set<int> acknowledged_;
  std::set<int> read_messages_;
  std::vector<int> read_;  // next position by source
  std::array<int, kKeys> read_counts_{};
};

}  // namespace millrace::model
