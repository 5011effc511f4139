// SPDX-License-Identifier: Apache-2.0
#include "operators/io/outbox_replays.h"

#include <algorithm>

#include "connectors/keyed_message.h"
#include "operators/io/replay/replay_source.h"

namespace millrace {
namespace {

constexpr int64_t kLookNanos = 1'000'000'000;
constexpr std::string_view kSuffix = ".replay";

}  // namespace

OutboxReplays::OutboxReplays(const TableContext& table)
    : env_(table.env), directory_(ReplayDirectory(table.data_dir, table.table)) {}

Result<int64_t> OutboxReplays::Look(Outbox* outbox) {
  const int64_t now = env_.clock->MonotonicNanos();
  if (now < next_look_) return next_look_;
  next_look_ = now + kLookNanos;
  TRY_ASSIGN(const auto info, env_.disk->Stat(directory_));
  if (!info) return next_look_;
  TRY_ASSIGN(const auto files, env_.disk->List(directory_, /*recursive=*/false));
  for (const FileInfo& file : files) {
    const auto known = [&](const std::vector<std::string>& paths) {
      return std::ranges::find(paths, file.path) != paths.end();
    };
    if (file.directory || !file.path.ends_with(kSuffix) || known(taken_) ||
        std::ranges::any_of(by_epoch_, [&](const auto& entry) { return known(entry.second); })) {
      continue;
    }
    TRY(Take(file.path, outbox));
  }
  return next_look_;
}

Status OutboxReplays::Take(const std::string& path, Outbox* outbox) {
  TRY_ASSIGN(const std::string text, env_.disk->ReadAll(path));
  TRY_ASSIGN(const Replay replay, ParseReplay(text));
  for (const ReplayRecord& record : replay.records) {
    if (!record.key || !record.raw) continue;
    outbox->Add(KeyedMessage{.id = *record.key, .lane = {}, .body = *record.raw}.Encode(),
                /*at_once=*/false);
  }
  taken_.push_back(path);
  return OkStatus();
}

void OutboxReplays::OnBarrier(uint64_t epoch) {
  if (!taken_.empty()) by_epoch_[epoch] = std::exchange(taken_, {});
}

Status OutboxReplays::OnDecided(uint64_t epoch) {
  while (!by_epoch_.empty() && by_epoch_.begin()->first <= epoch) {
    for (const std::string& path : by_epoch_.begin()->second) {
      TRY(env_.disk->Rename(path, path.substr(0, path.size() - kSuffix.size()) + ".done"));
    }
    TRY(env_.disk->SyncDirectory(directory_));
    by_epoch_.erase(by_epoch_.begin());
  }
  return OkStatus();
}

}  // namespace millrace
