// SPDX-License-Identifier: Apache-2.0
// Any bytes as a record of the epoch journal, and as the records of one: a record is refused
// (MR0805) or written again as it was read; its changes are read or refused, and come sorted and
// once per key to where they go. A journal opens on any sequence of records, and those that count
// are of one run, in order, and can be read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "runtime/epochs/journal.h"
#include "state/deltas/net_changes.h"

namespace millrace {
namespace {

/// Keeps what it is given to account for it.
class Taker final : public DurableState {
 public:
  std::optional<StateMarker> marker() const override { return std::nullopt; }
  Status Begin(const StateMarker&) override { return OkStatus(); }
  Status Put(std::string_view key, std::string_view) override { return Take(key); }
  Status Delete(std::string_view key) override { return Take(key); }
  Status Commit() override { return OkStatus(); }
  Status Clear() override { return OkStatus(); }
  Status Get(std::span<const std::string_view>,
             const std::function<Status(size_t, std::string_view)>&) const override {
    return OkStatus();
  }
  Status Visit(std::string_view, const Visitor&) const override { return OkStatus(); }

 private:
  Status Take(std::string_view key) {
    if (taken_) CHECK_LT(last_, key);
    last_ = key;
    taken_ = true;
    return OkStatus();
  }

  std::string last_;
  bool taken_ = false;
};

void ReadRecord(std::string_view bytes) {
  const auto record = JournalRecord::Decode(bytes);
  if (!record) {
    CHECK_EQ(record.error().code, "MR0805");
    return;
  }
  const std::string written = record->Encode();
  const auto again = JournalRecord::Decode(written);
  CHECK(again.has_value());
  CHECK(again->Encode() == written);
  NetChanges changes;
  for (const auto& [shard, delta] : record->deltas) {
    if (!changes.Add(delta, shard)) return;
  }
  Taker taker;
  CHECK(changes.WriteTo(&taker, {.epoch = record->epoch, .hash = 1, .manifest = {}}).has_value());
}

/// Two bytes a record: its kind and epoch, and whether it says what was decided before it.
void OpenJournal(std::string_view input) {
  SimulatedClock clock;
  SimulatedDisk disk(&clock);
  Environment env;
  env.clock = &clock;
  env.disk = &disk;
  CHECK(disk.CreateDirectories("/journal"));
  auto journal = EpochJournal::Open(env, "/journal", 512);
  CHECK(journal.has_value());
  for (; input.size() >= 2; input.remove_prefix(2)) {
    const auto what = static_cast<uint8_t>(input[0]);
    const auto more = static_cast<uint8_t>(input[1]);
    JournalRecord record;
    record.kind = what % 8 == 0 ? JournalRecord::Kind::kStart : JournalRecord::Kind::kEpoch;
    record.epoch = what / 8;
    record.manifest = std::string(more / 2, 'm');
    if (more % 2 == 1) record.decided_before = EpochRecord{.epoch = more, .hash = what};
    CHECK((*journal)->Append(record, [](const Status&) {}).has_value());
  }
  journal->reset();
  journal = EpochJournal::Open(env, "/journal", 512);
  CHECK(journal.has_value());
  const EpochJournal::Place* before = nullptr;
  for (const EpochJournal::Place& place : (*journal)->places()) {
    if (before != nullptr) CHECK_LT(before->epoch, place.epoch);
    before = &place;
    const auto record = (*journal)->Read(place);
    CHECK(record.has_value());
    CHECK_EQ(record->epoch, place.epoch);
  }
}

}  // namespace
}  // namespace millrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace millrace;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  ReadRecord(input);
  if (size < 1000) OpenJournal(input);
  return 0;
}
