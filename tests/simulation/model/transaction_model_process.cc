// SPDX-License-Identifier: Apache-2.0
#include "simulation/model/transaction_model_process.h"

#include <algorithm>

namespace millrace::model {

void Process::Run() {
  while (true) {
    try {
      Recover();
      while (!Finished()) RunEpoch();
      return;
    } catch (const Restart&) {
      ++world_->result.restarts;
      open_.clear();
      held_.clear();
    }
  }
}

// ---------------------------------------------------------------- start

void Process::Recover() {
  owner_ = world_->next_owner++;
  disk_->ingest_durable = disk_->ingest.size();  // what is found is made durable first
  while (true) {
    const std::optional<Decision> early = world_->broker.decision();
    world_->Tick();
    Init();
    world_->Tick();
    const auto decision = Is(Mistake::kReadsBeforeInit) ? early : world_->broker.decision();
    Load(decision);
    if (Claim()) return;
  }
}

void Process::Init() {
  disturbed_ = false;
  sequence_ = 0;
  if (Is(Mistake::kSkipsInit) && world_->broker.producer_epoch() > 0) {
    producer_epoch_ = world_->broker.producer_epoch();
    sequence_ = world_->broker.next_sequence();
    begun_at_ = world_->now;
    return;
  }
  Reply reply = Reply::kUnclear;
  while (reply != Reply::kOk) {
    bool sent_twice = false;
    // What the client learns comes with this very answer; a repeated request bumps once more.
    const auto epoch = std::make_shared<int>(0);
    reply = world_->Send(
        [world = world_, epoch] {
          *epoch = world->broker.Init();
          return Reply::kOk;
        },
        &sent_twice);
    producer_epoch_ = *epoch;
  }
  begun_at_ = world_->now;
}

void Process::Load(const std::optional<Decision>& decision) {
  if (loaded_ && Is(Mistake::kKeepsMemory)) return;
  loaded_ = true;
  if (Is(Mistake::kLocalJournalDecides)) return Take(disk_->Newest());
  if (!decision || decision->epoch == 0) return Take(nullptr);
  const Snapshot* found = disk_->Find(
      decision->epoch, Is(Mistake::kIgnoresHash) ? std::nullopt : std::optional(decision->hash));
  if (found == nullptr) {
    if (Is(Mistake::kMissingRecordIsFresh)) return Take(nullptr);
    throw Stopped{.refused = true,
                  .cause = "epoch " + std::to_string(decision->epoch) + " is not in the journal"};
  }
  Take(found);
}

void Process::Take(const Snapshot* found) {
  epoch_ = 0;
  hash_ = 0;
  counts_ = {};
  positions_.assign(world_->sources.size(), 0);
  if (found == nullptr) return;
  const Snapshot snapshot = *found;
  disk_->KeepOnly(snapshot);
  epoch_ = snapshot.epoch;
  hash_ = snapshot.hash;
  counts_ = snapshot.counts;
  positions_ = snapshot.positions;
  if (Is(Mistake::kPositionsFromGroup) && !world_->broker.displayed().empty()) {
    positions_ = world_->broker.displayed();
  }
}

/// Says in the record who is at work now; the epoch stays what it was. False: again from Init.
bool Process::Claim() {
  const Decision claim{.epoch = epoch_, .hash = hash_, .owner = owner_};
  if (Is(Mistake::kLocalJournalDecides) || Is(Mistake::kSkipsInit)) return true;
  const auto step = [&](std::function<Reply()> request) {
    const Reply reply = world_->Send(std::move(request), &disturbed_);
    return reply == Reply::kOk && !disturbed_;
  };
  const int epoch = producer_epoch_;
  World* const world = world_;
  return step([=] { return world->broker.WriteDecision(epoch, claim, world->now); }) &&
         step([=] { return world->broker.End(epoch); });
}

// ---------------------------------------------------------------- rows

bool Process::Finished() const {
  for (size_t source = 0; source < positions_.size(); ++source) {
    const int rows = world_->sources[source];
    if (rows >= 0 && positions_[source] < rows) return false;
    if (rows < 0 && (world_->ingest_messages > 0 ||
                     positions_[source] < static_cast<int>(disk_->ingest.size()))) {
      return false;
    }
  }
  return world_->ingest_messages == 0 && open_.empty() && held_.empty();
}

/// Clients post: into the log, durable, and only then acknowledged and used.
void Process::AcceptMessages() {
  if (!world_->has_ingest() || world_->ingest_messages == 0 || !world_->Chance(40)) return;
  const int count = std::min(world_->ingest_messages, 1 + world_->Draw(3));
  for (int i = 0; i < count; ++i) disk_->ingest.push_back(world_->NewMessage());
  world_->ingest_messages -= count;
  if (Is(Mistake::kAcknowledgesBeforeSync)) {
    world_->Acknowledge(disk_->ingest, disk_->ingest.size());
  }
  if (Is(Mistake::kReadsUnsynced)) HoldSome();
  world_->Tick();
  disk_->ingest_durable = disk_->ingest.size();
  world_->Tick();
  world_->Acknowledge(disk_->ingest, disk_->ingest_durable);
}

bool Process::ProcessRow(std::vector<Output>* to) {
  std::vector<int> ready;
  for (size_t source = 0; source < positions_.size(); ++source) {
    const int rows = world_->sources[source];
    const auto logged = Is(Mistake::kReadsUnsynced) ? disk_->ingest.size() : disk_->ingest_durable;
    const int end = rows >= 0 ? rows : static_cast<int>(logged);
    if (positions_[source] < end) ready.push_back(static_cast<int>(source));
  }
  if (ready.empty()) return false;
  const int source = ready[static_cast<size_t>(world_->Draw(static_cast<int>(ready.size())))];
  int& position = positions_[static_cast<size_t>(source)];
  const int message = world_->sources[static_cast<size_t>(source)] < 0
                          ? disk_->ingest[static_cast<size_t>(position)]
                          : source * 1000 + position;
  const int key = (message * 7 + message / 3) % kKeys;
  const int count = ++counts_[static_cast<size_t>(key)];
  to->push_back(
      {.source = source, .position = position, .message = message, .key = key, .count = count});
  ++position;
  return true;
}

/// Behind the barrier: the shards go on.
void Process::HoldSome() {
  const int rows = world_->Draw(3);
  for (int i = 0; i < rows; ++i) {
    ProcessRow(Is(Mistake::kNothingHeld) ? &open_ : &held_);
  }
}

void Process::SendSome(std::vector<Output>* outputs, bool all) {
  while (!outputs->empty() && (all || world_->Chance(60))) {
    const Output output = outputs->front();
    const int epoch = producer_epoch_;
    const int sequence = sequence_;
    World* const world = world_;
    bool sent_twice = false;  // harmless: the broker knows the sequence
    const Reply reply = world_->Send(
        [=] { return world->broker.Produce(epoch, sequence, output, world->now); }, &sent_twice);
    if (reply == Reply::kUnclear) continue;
    if (reply == Reply::kFenced) OnFenced();
    if (reply != Reply::kOk) throw Restart{};
    ++sequence_;
    outputs->erase(outputs->begin());
  }
}

// ---------------------------------------------------------------- epochs

void Process::RunEpoch() {
  AcceptMessages();
  const int rows = 1 + world_->Draw(5);
  for (int i = 0; i < rows; ++i) {
    if (!ProcessRow(&open_)) break;
    SendSome(&open_, /*all=*/false);
  }
  ++epoch_;
  hash_ = world_->next_hash++;
  const Snapshot snapshot{
      .epoch = epoch_, .hash = hash_, .positions = positions_, .counts = counts_};
  if (Is(Mistake::kJournalAfterCommit)) {
    Decide(snapshot);
    WriteJournal(snapshot);
  } else {
    WriteJournal(snapshot);
    HoldSome();
    Decide(snapshot);
  }
  if (world_->Chance(40)) world_->broker.CommitForDisplay(snapshot.positions);
  disk_->RemoveOlder(snapshot.epoch);
  open_ = std::move(held_);
  held_.clear();
  if (Is(Mistake::kNoDirectorySync)) return;
  world_->Tick();
  if (world_->Chance(50)) disk_->SyncDirectory();
}

void Process::WriteJournal(const Snapshot& snapshot) {
  const bool new_segment = world_->Chance(40);
  disk_->Append(snapshot, new_segment);
  world_->Tick();
  HoldSome();
  if (Is(Mistake::kForgetsBeforeDecision)) {
    disk_->RemoveOlder(snapshot.epoch);
    disk_->SyncDirectory();
  }
  SyncJournal();
  world_->Tick();
  if (!Is(Mistake::kNoDirectorySync)) disk_->SyncDirectory();
  world_->Tick();
}

void Process::SyncJournal() {
  if (Is(Mistake::kNoDataSync)) return;
  if (disk_->SyncRecords(world_->SyncFails())) return;
  // The pages are clean now and their data may be gone: a second try would succeed without it.
  if (Is(Mistake::kRetriesSync)) return;
  throw Crash{};
}

void Process::Decide(const Snapshot& snapshot) {
  if (!Is(Mistake::kNoFlush)) SendSome(&open_, /*all=*/true);
  HoldSome();
  const Decision decision = RecordOf(snapshot);
  const int epoch = producer_epoch_;
  World* const world = world_;
  if (Is(Mistake::kDecisionBeforeTransaction)) {
    world_->Tick();
    world_->broker.WriteDecisionOutside(decision);
    return EndTransaction(snapshot);
  }
  if (Is(Mistake::kDecisionAfterTransaction)) {
    EndTransaction(snapshot);
    world_->Tick();
    return world_->broker.WriteDecisionOutside(decision);
  }
  if (Is(Mistake::kDecisionInNextTransaction)) {
    EndTransaction(snapshot);
  }
  const Reply reply = world_->Send(
      [=] { return world->broker.WriteDecision(epoch, decision, world->now); }, &disturbed_);
  if (reply == Reply::kFenced) OnFenced();
  if (reply == Reply::kUnclear) return Renew(snapshot);
  EndTransaction(snapshot);
}

void Process::EndTransaction(const Snapshot& snapshot) {
  const int epoch = producer_epoch_;
  World* const world = world_;
  const auto end = [=] { return world->broker.End(epoch); };
  Reply reply = world_->Send(end, &disturbed_);
  if (reply == Reply::kFenced) return OnFenced();
  if (reply == Reply::kUnclear) {
    ++world_->result.unclear;
    if (Is(Mistake::kRetriesSameProducer)) {
      while (reply == Reply::kUnclear) reply = world_->Send(end, &disturbed_);
      if (reply == Reply::kFenced) return OnFenced();
      if (reply != Reply::kOk) throw Restart{};
      begun_at_ = world_->now;
      return;
    }
    if (Is(Mistake::kUnclearIsDecided)) return Init();
    if (Is(Mistake::kUnclearIsUndecided)) {
      // Back to the epoch before, whatever the record says.
      Init();
      const Snapshot* before = disk_->Find(snapshot.epoch - 1, std::nullopt);
      Take(before);
      open_.clear();
      held_.clear();
      return;
    }
    return Renew(snapshot);
  }
  if (reply != Reply::kOk) return Renew(snapshot);
  // A request that was sent twice may arrive once more, into the next transaction.
  if (disturbed_ && !Is(Mistake::kIgnoresResend)) return Renew(snapshot);
  disturbed_ = false;
  begun_at_ = world_->now;
}

/// A new producer fences whatever is on its way; then the record says what happened.
void Process::Renew(const Snapshot& snapshot) {
  Init();
  world_->Tick();
  const auto& decision = world_->broker.decision();
  const bool decided = decision && decision->epoch == snapshot.epoch &&
                       decision->hash == snapshot.hash && decision->owner == owner_;
  if (!decided) throw Restart{};
}

/// Fenced by the broker's time-out, or by another process: then never again.
void Process::OnFenced() {
  ++world_->result.fenced;
  if (Is(Mistake::kFencedGoesOn)) {
    Init();
    return;
  }
  world_->Tick();
  const auto& decision = world_->broker.decision();
  const bool other = decision && decision->owner != owner_;
  const bool timed_out = world_->now - begun_at_ >= kTransactionTimeout;
  if (other || !timed_out) throw Stopped{.refused = false, .cause = "another process took over"};
  throw Restart{};
}

}  // namespace millrace::model
