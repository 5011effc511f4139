// SPDX-License-Identifier: Apache-2.0
#include "log/topic/group_offsets.h"

#include <charconv>

#include "log/topic/checked_lines.h"

namespace millrace {
namespace {

constexpr std::string_view kTitle = "millrace groups 1";

template <typename T>
bool ParseNumber(const std::string& text, T* number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *number);
  return error == std::errc() && stop == end;
}

}  // namespace

Status GroupOffsets::Load() {
  TRY_ASSIGN(const auto present, disk_->Stat(path_));
  if (!present) return OkStatus();
  TRY_ASSIGN(const WordLines lines, ReadCheckedLines(disk_, path_, kTitle));
  const std::lock_guard lock(mutex_);
  for (const auto& words : lines) {
    int32_t partition = 0;
    int64_t offset = 0;
    if (words.size() != 4 || !ParseNumber(words[2], &partition) ||
        !ParseNumber(words[3], &offset)) {
      return ExternalError("MR0805", "'" + path_ + "' is damaged", "a line is not a position");
    }
    offsets_[{words[0], words[1], partition}] = offset;
  }
  return OkStatus();
}

void GroupOffsets::Set(const std::string& group, const std::string& topic, int32_t partition,
                       int64_t offset) {
  const std::lock_guard lock(mutex_);
  offsets_[{group, topic, partition}] = offset;
  changed_ = true;
}

std::optional<int64_t> GroupOffsets::Find(const std::string& group, const std::string& topic,
                                          int32_t partition) const {
  const std::lock_guard lock(mutex_);
  const auto found = offsets_.find({group, topic, partition});
  if (found == offsets_.end()) return std::nullopt;
  return found->second;
}

void GroupOffsets::Forget(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  const auto erased =
      std::erase_if(offsets_, [&](const auto& entry) { return std::get<1>(entry.first) == topic; });
  changed_ = changed_ || erased > 0;
}

Status GroupOffsets::Store() {
  const std::lock_guard store_lock(store_mutex_);
  WordLines lines;
  {
    const std::lock_guard lock(mutex_);
    if (!changed_) return OkStatus();
    changed_ = false;
    for (const auto& [place, offset] : offsets_) {
      const auto& [group, topic, partition] = place;
      lines.push_back({group, topic, std::to_string(partition), std::to_string(offset)});
    }
  }
  Status stored = WriteCheckedLines(disk_, path_, kTitle, lines);
  if (!stored) {
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }
  return stored;
}

}  // namespace millrace
