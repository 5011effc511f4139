// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/letter_shipper.h"

#include <algorithm>

#include "data/option_text.h"
#include "runtime/epochs/letter_record.h"

namespace millrace {
namespace {

constexpr uint64_t kReadBytes = 1 << 20;

std::string SentPath(const std::string& path) { return path + ".sent"; }

}  // namespace

Status LetterShipper::Add(const std::string& table, const std::string& path, uint64_t length,
                          std::unique_ptr<LetterTopic> topic) {
  Route route{.table = table, .path = path, .topic = std::move(topic)};
  TRY_ASSIGN(const auto known, disk_->Stat(SentPath(path)));
  route.read = length;
  if (known) {
    TRY_ASSIGN(const std::string text, disk_->ReadAll(SentPath(path)));
    const auto sent = ParseOptionLong(text);
    if (!sent || *sent < 0) {
      return UserError("MR0801", "the file '" + SentPath(path) + "' is damaged",
                       "it says how much of the dead letters was sent to their topic",
                       "remove it: letters that are there already are not sent then");
    }
    // After a crash the file may have been cut in front of it.
    route.read = std::min(length, static_cast<uint64_t>(*sent));
  }
  route.arrived = route.read;
  route.noted = known ? route.read : UINT64_MAX;
  TRY(Note(route));
  routes_.push_back(std::move(route));
  return OkStatus();
}

Status LetterShipper::Pump(const std::map<std::string, uint64_t>& lengths) {
  for (Route& route : routes_) {
    const auto length = lengths.find(route.table);
    if (length != lengths.end() && route.read < length->second) TRY(Send(route, length->second));
    if (route.arrived == route.read) continue;
    TRY_ASSIGN(const uint64_t arrived, route.topic->Pump());
    route.arrived = std::max(route.arrived, arrived);
    TRY(Note(route));
  }
  return OkStatus();
}

Status LetterShipper::Send(Route& route, uint64_t length) {
  while (route.read < length && route.topic->HasRoom()) {
    TRY_ASSIGN(const auto file, disk_->OpenForRead(route.path));
    std::string bytes;
    size_t end = 0;  // behind the last whole line
    for (uint64_t want = kReadBytes; end == 0; want *= 2) {
      bytes.resize(static_cast<size_t>(std::min(want, length - route.read)));
      TRY_ASSIGN(const size_t got, file->ReadAt(route.read, bytes.size(), bytes.data()));
      const bool all = route.read + got == length || got < bytes.size();
      bytes.resize(got);
      end = bytes.rfind('\n') == std::string::npos ? 0 : bytes.rfind('\n') + 1;
      if (all && end == 0) return OkStatus();
    }
    std::string_view lines = std::string_view(bytes).substr(0, end);
    while (!lines.empty()) {
      const size_t line = lines.find('\n');
      TRY(route.topic->Send(LetterRecordOf(lines.substr(0, line))));
      lines.remove_prefix(line + 1);
    }
    route.read += end;
    route.topic->Mark(route.read);
  }
  return OkStatus();
}

Status LetterShipper::Note(Route& route) {
  if (route.noted == route.arrived) return OkStatus();
  const std::string path = SentPath(route.path);
  const std::string directory = path.substr(0, path.rfind('/'));
  if (path.find('/') != std::string::npos) TRY(disk_->CreateDirectories(directory));
  TRY_ASSIGN(auto file, disk_->OpenForAppend(path + ".new", std::nullopt));
  TRY(file->Append(std::to_string(route.arrived)));
  TRY(file->Close());
  TRY(disk_->Rename(path + ".new", path));
  route.noted = route.arrived;
  return OkStatus();
}

bool LetterShipper::empty() const {
  return std::ranges::all_of(routes_,
                             [](const Route& route) { return route.arrived == route.read; });
}

std::string LetterShipper::Waiting() const {
  for (const Route& route : routes_) {
    if (route.arrived == route.read) continue;
    if (std::string text = route.topic->Waiting(); !text.empty()) {
      return "dead letters of table " + route.table + " wait for their topic: " + text;
    }
  }
  return {};
}

}  // namespace millrace
