// SPDX-License-Identifier: Apache-2.0
#include "operators/window/session_closings.h"

#include "state/encoding.h"

namespace millrace {
namespace {

constexpr size_t kTimeBytes = 8;  // of an entry's key; the rest is the key

}  // namespace

std::string SessionClosings::EntryKey(EventTime closing, std::string_view key) {
  std::string entry_key;
  PutOrdered(closing, &entry_key);
  entry_key += key;
  return entry_key;
}

EventTime& SessionClosings::Named(uint32_t session) {
  if (session >= named_.size()) named_.resize(set_->id_limit(), kUnnamed);
  return named_[session];
}

void SessionClosings::Name(uint32_t session) {
  EventTime& named = Named(session);
  named = set_->ClosingTimeOfSession(session);
  changes_[EntryKey(named, KeyOf(session))] = true;
}

void SessionClosings::Close(uint32_t session) {
  EventTime& named = Named(session);
  if (IsKnown(named)) changes_[EntryKey(named, KeyOf(session))] = false;
  named = kUnnamed;
}

/// One that has been on the disk lies behind what has been read there.
void SessionClosings::Leave(uint32_t session) {
  EventTime& named = Named(session);
  if (IsKnown(named)) times_->Leave(keys_->key_group(set_->session(session).key), named);
  named = kUnnamed;
}

Status SessionClosings::Read(Due* due) {
  due->clear();
  return times_->ReadNext([due](int, EventTime time, std::string_view key, std::string_view) {
    due->emplace_back(time, key);
    return OkStatus();
  });
}

void SessionClosings::NameAgain(const Due& due) {
  for (const auto& [time, key] : due) {
    changes_[EntryKey(time, key)] = false;
    const uint32_t slot = keys_->Find(key, HashBytes(key));
    if (slot == KeyTable::kNone) continue;
    for (const uint32_t session : set_->SessionsOf(slot)) {
      const EventTime named = Named(session);
      if (named == kOnDisk || named == time) Name(session);
    }
  }
}

Status SessionClosings::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const uint32_t session : opened_) {
    if (set_->session(session).open && Named(session) == kUnnamed) Name(session);
  }
  opened_.clear();
  for (const auto& [entry_key, added] : changes_) {
    const std::string_view key = std::string_view(entry_key).substr(kTimeBytes);
    TRY(visit({name(), entry_key, {}, !added, KeyGroupOf(HashBytes(key))}));
  }
  changes_.clear();
  return OkStatus();
}

Status SessionClosings::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (uint32_t session = 0; session < named_.size(); ++session) {
    if (!set_->session(session).open || !IsKnown(named_[session])) continue;
    const std::string entry_key = EntryKey(named_[session], KeyOf(session));
    TRY(visit({name(), entry_key, {}, false, KeyGroupOf(HashBytes(KeyOf(session)))}));
  }
  return OkStatus();
}

void SessionClosings::AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) {
  times_ = std::make_unique<ColdTimes>(std::move(entries), restored);
}

}  // namespace millrace
