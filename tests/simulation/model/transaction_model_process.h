// SPDX-License-Identifier: Apache-2.0
// The process of the transaction model, written as the protocol reads: recover, then epoch after
// epoch. Every request and every step on the disk is a moment in which it may die (an exception).
// Each planted mistake is one condition here.
#pragma once

#include "simulation/model/transaction_model_world.h"

namespace millrace::model {

class Process {
 public:
  Process(World* world, ModelDisk* disk) : world_(world), disk_(disk) {}

  /// Until all input is in the output. Leaves by Crash or Stopped otherwise.
  void Run();

 private:
  void Recover();
  void Load(const std::optional<Decision>& decision);
  void LoadSnapshot(const Snapshot& snapshot);
  void Take(const Snapshot* found);
  bool Claim();
  void Init();
  bool Finished() const;
  bool ProcessRow(std::vector<Output>* to);
  void AcceptMessages();
  void RunEpoch();
  void WriteJournal(const Snapshot& snapshot);
  void SyncJournal();
  void HoldSome();
  void Decide(const Snapshot& snapshot);
  void EndTransaction(const Snapshot& snapshot);
  void OnFenced();
  void Renew(const Snapshot& snapshot);
  void SendSome(std::vector<Output>* outputs, bool all);
  Decision RecordOf(const Snapshot& snapshot) const {
    return {.epoch = snapshot.epoch, .hash = snapshot.hash, .owner = owner_};
  }
  bool Is(Mistake mistake) const { return world_->Is(mistake); }

  World* world_;
  ModelDisk* disk_;
  uint64_t owner_ = 0;
  int producer_epoch_ = 0;
  int sequence_ = 0;
  int begun_at_ = 0;
  bool disturbed_ = false;
  bool loaded_ = false;
  uint64_t epoch_ = 0;
  uint64_t hash_ = 0;
  std::vector<int> positions_;
  std::array<int, kKeys> counts_{};
  std::vector<Output> open_;  // of the running transaction, not yet sent
  std::vector<Output> held_;  // behind the barrier
};

}  // namespace millrace::model
