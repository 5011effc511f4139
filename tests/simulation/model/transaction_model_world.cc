// SPDX-License-Identifier: Apache-2.0
#include "simulation/model/transaction_model_world.h"

#include <algorithm>

namespace millrace::model {
namespace {

constexpr int kDisturbances = 60;  // after so many the rest of the life is calm
constexpr int kLateMax = 150;
constexpr uint64_t kStepsMax = 20000;  // a life that takes longer goes round in circles

}  // namespace

// ---------------------------------------------------------------- disk

void ModelDisk::Append(const Snapshot& record, bool new_segment) {
  if (segments_.empty() || segments_.back().removed || new_segment) segments_.emplace_back();
  segments_.back().records.push_back(record);
}

bool ModelDisk::SyncRecords(bool fails) {
  for (Segment& segment : segments_) {
    if (fails && segment.durable < segment.records.size()) return false;
  }
  for (Segment& segment : segments_) segment.durable = segment.records.size();
  return true;
}

void ModelDisk::SyncDirectory() {
  std::erase_if(segments_, [](const Segment& segment) { return segment.removed; });
  for (Segment& segment : segments_) segment.linked = true;
}

void ModelDisk::RemoveOlder(uint64_t epoch) {
  for (size_t i = 0; i + 1 < segments_.size() || i < segments_.size(); ++i) {
    Segment& segment = segments_[i];
    const bool old = std::ranges::all_of(
        segment.records, [epoch](const Snapshot& record) { return record.epoch < epoch; });
    if (old) segment.removed = true;
  }
}

const Snapshot* ModelDisk::Find(uint64_t epoch, std::optional<uint64_t> hash) const {
  const Snapshot* found = nullptr;
  for (const Segment& segment : segments_) {
    if (segment.removed) continue;
    for (const Snapshot& record : segment.records) {
      if (record.epoch == epoch && (!hash || record.hash == *hash)) found = &record;
    }
  }
  return found;
}

const Snapshot* ModelDisk::Newest() const {
  const Snapshot* found = nullptr;
  for (const Segment& segment : segments_) {
    if (!segment.removed && !segment.records.empty()) found = &segment.records.back();
  }
  return found;
}

void ModelDisk::KeepOnly(const Snapshot& record) {
  const Snapshot kept = record;
  segments_.clear();
  segments_.push_back({.records = {kept}, .durable = 1, .linked = true});
}

void ModelDisk::LosePower(Random* random) {
  std::vector<Segment> left;
  for (Segment& segment : segments_) {
    if (!segment.linked && random->Next() % 2 == 0) continue;
    segment.removed = false;  // an unlink that was not synced; also when it was not meant to be
    const size_t unsure = segment.records.size() - segment.durable;
    segment.records.resize(segment.durable + random->Next() % (unsure + 1));
    segment.durable = segment.records.size();
    segment.linked = true;
    left.push_back(std::move(segment));
  }
  segments_ = std::move(left);
  const size_t unsure = ingest.size() - ingest_durable;
  ingest.resize(ingest_durable + random->Next() % (unsure + 1));
  ingest_durable = ingest.size();
}

bool ModelDisk::empty() const { return Newest() == nullptr; }

// ---------------------------------------------------------------- broker

void ModelBroker::Abort() {
  outputs_.clear();
  pending_.reset();
  open_ = false;
  last_committed_ = false;
}

int ModelBroker::Init() {
  if (open_) Abort();
  last_committed_ = false;
  next_sequence_ = 0;
  return ++producer_epoch_;
}

Reply ModelBroker::Produce(int producer_epoch, int sequence, const Output& output, int now) {
  if (producer_epoch != producer_epoch_) return Reply::kFenced;
  if (sequence < next_sequence_) return Reply::kOk;  // a duplicate
  if (sequence > next_sequence_) return Reply::kInvalid;
  ++next_sequence_;
  if (!open_) opened_at_ = now;
  open_ = true;
  outputs_.push_back(output);
  return Reply::kOk;
}

Reply ModelBroker::WriteDecision(int producer_epoch, const Decision& decision, int now) {
  if (producer_epoch != producer_epoch_) return Reply::kFenced;
  if (!open_) opened_at_ = now;
  open_ = true;
  pending_ = decision;
  return Reply::kOk;
}

Reply ModelBroker::End(int producer_epoch) {
  if (producer_epoch != producer_epoch_) return Reply::kFenced;
  if (!open_) return last_committed_ ? Reply::kOk : Reply::kInvalid;
  for (const Output& output : outputs_) reader_(output);
  if (pending_) decision_ = pending_;
  Abort();
  last_committed_ = true;
  ++commits_;
  return Reply::kOk;
}

void ModelBroker::PassTime(int now) {
  if (!open_ || now - opened_at_ < kTransactionTimeout) return;
  Abort();
  ++producer_epoch_;
}

// ---------------------------------------------------------------- world

World::World(uint64_t seed, Mistake mistake)
    : broker([this](const Output& output) { Read(output); }),
      random_(MakeRandom(seed)),
      mistake_(mistake),
      disturbances_left_(kDisturbances) {
  for (bool* fault : {&faults.kills, &faults.power_losses, &faults.lost, &faults.late,
                      &faults.resent, &faults.pauses, &faults.second_is_fresh}) {
    *fault = Chance(50);
  }
  faults.sync_errors = Chance(20);
  faults.hijacks = Chance(15);
  const int count = 1 + Draw(3);
  for (int i = 0; i < count; ++i) sources.push_back(5 + Draw(15));
  if (Chance(30)) {
    if (Chance(50)) sources.clear();  // nothing but what clients post
    sources.push_back(-1);
    ingest_messages = 5 + Draw(20);
  } else {
    faults.second_process = Chance(30);
  }
  read_.resize(sources.size());
  disks.push_back(std::make_unique<ModelDisk>());
}

int World::Draw(int below) {
  const uint64_t drawn = random_->Next();
  result.trace = result.trace * 1099511628211ULL + drawn;
  return static_cast<int>(drawn % static_cast<uint64_t>(below));
}

void World::Tick() {
  if (++result.steps > kStepsMax) throw Stopped{.refused = false, .cause = "it goes on for ever"};
  now += 1 + Draw(3);
  if (Faulty()) {
    if (faults.pauses && Chance(1)) {
      now += kTransactionTimeout / 2 + Draw(kTransactionTimeout);
      --disturbances_left_;
    }
    if (faults.hijacks && Chance(1)) {
      broker.Init();
      --disturbances_left_;
    }
    if (faults.second_process && !second_started_ && Chance(1)) StartSecond();
  }
  for (size_t i = 0; i < late_.size();) {
    if (late_[i].at > now) {
      ++i;
      continue;
    }
    const auto request = std::move(late_[i].request);
    late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(i));
    request();
  }
  broker.PassTime(now);
  if (ticks_until_kill > 0 && --ticks_until_kill == 0) throw Crash{};
  if (!Faulty()) return;
  const bool dies = (faults.kills && Chance(2)) || (faults.power_losses && Chance(2));
  if (!dies) return;
  --disturbances_left_;
  throw Crash{.power_loss = faults.power_losses && (!faults.kills || Chance(50))};
}

void World::StartSecond() {
  second_started_ = true;
  --disturbances_left_;
  auto disk = std::make_unique<ModelDisk>();
  if (!faults.second_is_fresh) *disk = *current;
  ModelDisk* const second = disk.get();
  disks.push_back(std::move(disk));
  ModelDisk* const first = current;
  const int outer = ticks_until_kill;
  ticks_until_kill = 1 + Draw(200);
  run_second(second);
  ticks_until_kill = outer;
  current = first;
}

Reply World::Send(std::function<Reply()> request, bool* disturbed) {
  Tick();
  if (Faulty()) {
    const int when = now + 1 + Draw(kLateMax);
    if (faults.lost && Chance(4)) {
      --disturbances_left_;
      *disturbed = true;
      if (Chance(50)) request();  // only the reply is lost
      return Reply::kUnclear;
    }
    if (faults.late && Chance(4)) {
      --disturbances_left_;
      *disturbed = true;
      late_.push_back({.at = when, .request = std::move(request)});
      return Reply::kUnclear;
    }
    if (faults.resent && Chance(4)) {
      --disturbances_left_;
      *disturbed = true;
      late_.push_back({.at = when, .request = request});
      return request();
    }
  }
  return request();
}

void World::Read(const Output& output) {
  int& next = read_[Index(output.source)];
  const auto key = static_cast<size_t>(output.key);
  const std::string row = "row " + std::to_string(output.position) + " of source " +
                          std::to_string(output.source) + " as number " +
                          std::to_string(output.count) + " of its key";
  if (output.position < next) Violate("duplicate: " + row);
  if (output.position > next) Violate("lost before: " + row);
  if (output.count != read_counts_[key] + 1) Violate("wrong state: " + row);
  next = output.position + 1;
  read_counts_[key] = output.count;
  if (sources[Index(output.source)] < 0 && !read_messages_.insert(output.message).second) {
    Violate("duplicate message");
  }
}

void World::Acknowledge(const std::vector<int>& log, size_t count) {
  acknowledged_.insert(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(count));
}

std::string World::Missing(const ModelDisk&) const {
  for (size_t source = 0; source < sources.size(); ++source) {
    if (sources[source] >= 0 && read_[source] != sources[source]) {
      return "lost: source " + std::to_string(source) + " ends at " +
             std::to_string(read_[source]) + " of " + std::to_string(sources[source]);
    }
  }
  for (const int message : acknowledged_) {
    if (!read_messages_.contains(message)) {
      return "acknowledged and lost: message " + std::to_string(message);
    }
  }
  return {};
}

}  // namespace millrace::model
