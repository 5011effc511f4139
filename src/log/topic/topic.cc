// SPDX-License-Identifier: Apache-2.0
#include "log/topic/topic.h"

#include <algorithm>
#include <charconv>

#include "log/segment/crc32c.h"
#include "log/topic/checked_lines.h"

namespace millrace {
namespace {

constexpr std::string_view kTitle = "millrace topics 1";
constexpr size_t kNameBytesMax = 249;

template <typename T>
bool ParseNumber(const std::string& text, T* number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *number);
  return error == std::errc() && stop == end;
}

}  // namespace

bool IsTopicName(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kNameBytesMax && name != "." && name != ".." &&
         std::ranges::all_of(name, allowed);
}

uint64_t Topic::AddListener(std::function<void()> listener) {
  const std::lock_guard lock(mutex_);
  listeners_[next_listener_] = std::move(listener);
  return next_listener_++;
}

void Topic::RemoveListener(uint64_t id) {
  const std::lock_guard lock(mutex_);
  listeners_.erase(id);
}

void Topic::Notify() {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, listener] : listeners_) listener();
}

Result<std::optional<std::vector<TopicEntry>>> TopicManifest::Load() {
  TRY_ASSIGN(const auto present, disk_->Stat(path_));
  if (!present) return std::nullopt;
  TRY_ASSIGN(const WordLines lines, ReadCheckedLines(disk_, path_, kTitle));
  std::vector<TopicEntry> topics;
  for (const auto& words : lines) {
    TopicEntry entry;
    if (words.size() == 2 && words[0] == "serial" && ParseNumber(words[1], &serial_)) continue;
    if (words.size() != 4 || words[0] != "topic" || !ParseNumber(words[1], &entry.id) ||
        !ParseNumber(words[2], &entry.partitions) || !IsTopicName(words[3])) {
      return ExternalError("MR0805", "'" + path_ + "' is damaged", "a line is not a topic");
    }
    entry.name = words[3];
    topics.push_back(std::move(entry));
  }
  return topics;
}

Status TopicManifest::Store(const std::vector<TopicEntry>& topics) {
  WordLines lines = {{"serial", std::to_string(serial_)}};
  for (const TopicEntry& topic : topics) {
    lines.push_back(
        {"topic", std::to_string(topic.id), std::to_string(topic.partitions), topic.name});
  }
  return WriteCheckedLines(disk_, path_, kTitle, lines);
}

uint64_t TopicManifest::NextId(std::string_view name, int64_t now_ms) {
  ++serial_;
  const uint64_t place = MixId(serial_) ^ static_cast<uint64_t>(now_ms);
  return MixId(place ^ uint64_t{Crc32c(name)} << 32);
}

uint64_t MixId(uint64_t id) {
  id += 0x9e3779b97f4a7c15ull;
  id = (id ^ (id >> 30)) * 0xbf58476d1ce4e5b9ull;
  id = (id ^ (id >> 27)) * 0x94d049bb133111ebull;
  return id ^ (id >> 31);
}

}  // namespace millrace
