// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/recovery.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/mutant.h"
#include "runtime/epochs/state_applier.h"

namespace millrace {
namespace {

using Place = EpochJournal::Place;

/// Changes that are applied together at a start.
constexpr uint64_t kTogetherBytes = 64ull << 20;

std::string Describe(const std::optional<EpochRecord>& record) {
  if (!record) return "no epoch";
  std::array<char, 17> hash{};
  std::snprintf(hash.data(), hash.size(), "%016llx", static_cast<unsigned long long>(record->hash));
  return "epoch " + std::to_string(record->epoch) + " (" + hash.data() + ")";
}

Error NotHere(const Decider& decider, const std::string& found) {
  return {.code = "MR0723",
          .domain = ErrorDomain::kExternal,
          .message = "the last epoch that happened is not in the data directory",
          .detail = "the decision record of the sink says " + Describe(decider.record) +
                    ", the data directory has " + found +
                    ": positions and state of what lies between are lost, its output is visible",
          .hint =
              "use the data directory (or a copy of it) that this pipeline last ran with; "
              "--allow-rewind goes on from what is here: what was read since is read again, "
              "and the sink gets that output twice; --fresh begins anew, without its state"};
}

bool Same(const std::optional<EpochRecord>& record, uint64_t epoch, uint64_t hash) {
  return record && record->epoch == epoch && record->hash == hash;
}

/// The epoch that the sink knows is this one, or one that a savepoint put this one in place of.
bool IsDecided(const std::optional<EpochRecord>& record, const Place& place) {
  if (place.kind != JournalRecord::Kind::kEpoch) return false;
  // Epoch 0 is none: a savepoint of a run that had decided nothing.
  if (!record) return place.decided_before && place.decided_before->epoch == 0;
  if (Same(record, place.epoch, place.hash)) return true;
  return place.decided_before &&
         Same(record, place.decided_before->epoch, place.decided_before->hash);
}

/// The last record of a savepoint that a run began from, if nothing was decided since. The sink
/// knows of no epoch: it is another one, or has forgotten. Of two the first: the second may not
/// have happened, and what comes twice is not lost.
size_t BehindSavepoint(const std::vector<Place>& places, const std::optional<StateMarker>& marker) {
  for (size_t i = places.size(); i > 0 && places.size() - i <= 1; --i) {
    const Place& place = places[i - 1];
    const bool last = !marker || marker->epoch <= place.epoch;
    if (place.kind != JournalRecord::Kind::kEpoch || !place.decided_before || !last) continue;
    const bool two = i > 1 && places[i - 2].kind == JournalRecord::Kind::kEpoch &&
                     places[i - 2].decided_before && !marker;
    return two ? i - 1 : i;
  }
  return 0;
}

/// How many of the journal's places happened.
Result<size_t> CountDecided(const Decider& decider, const std::vector<Place>& places,
                            const std::optional<StateMarker>& marker, bool* rewinds) {
  if (!decider.transaction || MUTANT("journal-decides")) return places.size();
  for (size_t i = places.size(); i > 0; --i) {
    if (IsDecided(decider.record, places[i - 1])) return i;
  }
  const size_t savepoint = decider.record ? 0 : BehindSavepoint(places, marker);
  if (savepoint > 0 && decider.allow_rewind) return savepoint;
  const bool begins = !places.empty() && places[0].kind == JournalRecord::Kind::kStart;
  const auto& before = begins ? places[0].decided_before : std::nullopt;
  const bool nothing_since =
      begins && (decider.record ? before && Same(decider.record, before->epoch, before->hash)
                                : !before.has_value());
  // An epoch is written once the one in front is decided: two of them have been, and the record of
  // that is gone (offsets of a group expire, or were deleted).
  const auto unapplied = std::ranges::count_if(places, [&](const Place& p) {
    return p.kind == JournalRecord::Kind::kEpoch && (!marker || p.epoch > marker->epoch);
  });
  const bool record_lost = !decider.record && unapplied > 1;
  if (nothing_since && !record_lost && savepoint == 0) return 1;
  if (marker && Same(decider.record, marker->epoch, marker->hash)) {
    return static_cast<size_t>(
        std::ranges::count_if(places, [&](const Place& p) { return p.epoch <= marker->epoch; }));
  }
  if (places.empty() && !marker && !decider.record) return 0;
  if (decider.allow_rewind && decider.record && (marker || !places.empty())) {
    *rewinds = true;
    return places.size();
  }
  std::string found = marker ? Describe(EpochRecord{marker->epoch, marker->hash}) + " and older"
                             : std::string("nothing of it");
  if (!places.empty()) {
    found = "epochs " + std::to_string(places.front().epoch) + " to " +
            Describe(EpochRecord{places.back().epoch, places.back().hash});
  }
  return std::unexpected(NotHere(decider, found));
}

}  // namespace

Result<RecoveredRun> RecoverRun(const Decider& decider, EpochJournal* journal,
                                DurableState* state) {
  RecoveredRun run;
  if (decider.record) run.last_epoch = decider.record->epoch;
  std::optional<StateMarker> marker = state->marker();
  const auto& places = journal->places();
  if (!places.empty()) run.last_epoch = std::max(run.last_epoch, places.back().epoch);
  const bool of_this_run = places.empty() || places[0].kind != JournalRecord::Kind::kStart ||
                           (marker && marker->epoch >= places[0].epoch);
  if (marker && !of_this_run) {  // of the run before
    TRY(state->Clear());
    marker.reset();
  }
  // The journal is given up only as far as the state reaches.
  if (!marker && !places.empty() && places[0].kind != JournalRecord::Kind::kStart) {
    return std::unexpected(
        Error{.code = "MR0841",
              .domain = ErrorDomain::kExternal,
              .message = "the state in the data directory is missing",
              .detail = "the epoch journal begins with epoch " + std::to_string(places[0].epoch) +
                        " and needs the state of the one in front",
              .hint = "put the folder 'state' back, or begin without its state with --fresh"});
  }
  TRY_ASSIGN(const size_t decided, CountDecided(decider, places, marker, &run.rewinds));
  if (decided < places.size()) run.dropped_epoch = places[decided].epoch;
  journal->Keep(decided);
  std::string body;
  uint64_t epoch = 0;
  if (marker) {
    body = marker->manifest;
    epoch = marker->epoch;
    run.last_epoch = std::max(run.last_epoch, epoch);
  }
  std::vector<StateApplier::Epoch> gathered;
  uint64_t gathered_bytes = 0;
  for (const Place& place : places) {
    TRY_ASSIGN(JournalRecord record, journal->Read(place));
    const bool applied = marker && record.epoch <= marker->epoch;
    if (!applied || !MUTANT("letters-of-applied-epochs-lost")) {
      run.dead_letters.push_back(std::exchange(record.dead_letters, {}));
    }
    if (applied) continue;
    if (!MUTANT("positions-of-applied-state") || body.empty()) body = record.manifest;
    epoch = record.epoch;
    for (const auto& [shard, delta] : record.deltas) gathered_bytes += delta.size();
    gathered.push_back({.record = std::move(record), .hash = place.hash, .bytes = 0});
    if (gathered_bytes < kTogetherBytes) continue;
    TRY(StateApplier::Apply(gathered, state));
    gathered.clear();
    gathered_bytes = 0;
  }
  if (!gathered.empty()) TRY(StateApplier::Apply(gathered, state));
  if (body.empty()) return run;
  TRY_ASSIGN(run.manifest, RunManifest::FromBody(body, epoch));
  return run;
}

Status TakeBack(const Decider& decider, uint64_t dropped_epoch, const RunManifest& manifest,
                EpochJournal* journal) {
  JournalRecord record{.kind = JournalRecord::Kind::kEpoch,
                       .epoch = dropped_epoch,
                       .manifest = manifest.Body(),
                       .deltas = {},
                       .dead_letters = {},
                       .decided_before = decider.record.value_or(EpochRecord{})};
  TRY(journal->Append(record, nullptr));
  return journal->Sync();
}

Status BeginRun(const Decider& decider, const RunManifest& manifest, EpochJournal* journal,
                DurableState* state) {
  JournalRecord record{.kind = JournalRecord::Kind::kStart,
                       .epoch = manifest.epoch,
                       .manifest = manifest.Body(),
                       .deltas = {},
                       .dead_letters = {},
                       .decided_before = decider.record};
  TRY(journal->Append(record, nullptr));
  TRY(journal->Sync());
  if (state->marker()) TRY(state->Clear());
  return journal->DropBefore(manifest.epoch);
}

}  // namespace millrace
