// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/dlq_box.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/json_writer.h"
#include "data/value_text.h"
#include "functions/base64.h"
#include "operators/io/replay/replay_source.h"

namespace millrace {
namespace {

constexpr std::string_view kLetters = "/dead-letters/";
constexpr std::string_view kLettersSuffix = ".jsonl";
constexpr std::string_view kStatesSuffix = ".states";
constexpr size_t kReplayRecords = 50'000;  // of one file

std::optional<LetterState> ParseState(std::string_view text) {
  for (const LetterState state :
       {LetterState::kNew, LetterState::kReview, LetterState::kReplayed, LetterState::kDropped}) {
    if (text == StateText(state)) return state;
  }
  return std::nullopt;
}

/// The whole lines of a file that may just be written to.
template <typename Visit>
Status EachLine(Disk* disk, const std::string& path, Visit visit) {
  TRY_ASSIGN(const auto info, disk->Stat(path));
  if (!info) return OkStatus();
  TRY_ASSIGN(const std::string text, disk->ReadAll(path));
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    visit(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
  }
  return OkStatus();
}

/// Member `name`, or what its `name_base64` says.
std::optional<std::string> BytesOf(const JsonDocument& fields, const std::string& name) {
  if (!fields[name].is_null()) return fields[name].text();
  const JsonDocument& encoded = fields[name + "_base64"];
  if (encoded.is_null()) return std::nullopt;
  std::string bytes;
  if (DecodeBase64(encoded.text(), &bytes) != nullptr) return std::nullopt;
  return bytes;
}

}  // namespace

std::string_view StateText(LetterState state) {
  switch (state) {
    case LetterState::kNew: return "new";
    case LetterState::kReview: return "review";
    case LetterState::kReplayed: return "replayed";
    case LetterState::kDropped: return "dropped";
  }
  return "new";
}

bool MatchesLike(std::string_view text, std::string_view pattern) {
  size_t at = 0;
  size_t in_pattern = 0;
  size_t star = std::string_view::npos;  // behind the last %
  size_t retry = 0;
  while (at < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '%') {
      star = ++in_pattern;
      retry = at;
    } else if (in_pattern < pattern.size() &&
               (pattern[in_pattern] == '_' || pattern[in_pattern] == text[at])) {
      ++in_pattern;
      ++at;
    } else if (star != std::string_view::npos) {
      in_pattern = star;
      at = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('%', in_pattern) == std::string_view::npos;
}

JsonDocument StoredLetter::fields() const {
  return JsonDocument::Parse(line).value_or(JsonDocument());
}

bool StoredLetter::can_be_replayed() const {
  const JsonDocument all = fields();
  // A message that was not delivered: it has the key it was sent with.
  if (stage == "delivery") return BytesOf(all, "raw") && BytesOf(all, "key");
  if (split.empty()) return false;
  return BytesOf(all, "raw").has_value() || BytesOf(all, "key").has_value();
}

bool LetterFilter::any() const {
  return !ids.empty() || !table.empty() || !stage.empty() || !reason.empty() ||
         !where_like.empty() || !since.empty() || !state.empty();
}

bool LetterFilter::Matches(const StoredLetter& letter) const {
  if (!ids.empty() && std::ranges::find(ids, letter.id) == ids.end()) return false;
  if (!table.empty() && letter.table != table) return false;
  if (!stage.empty() && letter.stage != stage) return false;
  if (!reason.empty() && letter.reason.find(reason) == std::string::npos) return false;
  if (!where_like.empty() && !MatchesLike(letter.line, where_like)) return false;
  if (!since.empty() && letter.at < since) return false;
  return state.empty() || StateText(letter.state) == state;
}

Result<LetterBox> LetterBox::Open(Disk* disk, Clock* clock, const std::string& data_dir,
                                  const std::vector<LetterFile>& others) {
  LetterBox box(disk, clock);
  TRY_ASSIGN(const auto info, disk->Stat(data_dir));
  if (!info) {
    return UserError("MR0767", "there is no data directory '" + data_dir + "'", {},
                     "name the SQL file, or say --data-dir");
  }
  TRY_ASSIGN(auto entries, disk->List(data_dir, /*recursive=*/true));
  std::ranges::sort(entries, {}, &FileInfo::path);
  for (const FileInfo& entry : entries) {
    if (entry.path.ends_with("/last-run.json")) box.ReadReport(entry.path);
    const size_t folder = entry.path.rfind(kLetters);
    if (entry.directory || folder == std::string::npos || !entry.path.ends_with(kLettersSuffix)) {
      continue;
    }
    TRY(box.AddFile({.path = entry.path, .data_dir = entry.path.substr(0, folder)}));
  }
  for (const LetterFile& other : others) {
    const bool known =
        std::ranges::any_of(box.files_, [&](const auto& file) { return file->path == other.path; });
    if (known) continue;
    TRY(box.AddFile(other));
  }
  return box;
}

Status LetterBox::AddFile(LetterFile file) {
  files_.push_back(std::make_unique<LetterFile>(std::move(file)));
  const size_t first = letters_.size();
  TRY(ReadFile(files_.back().get()));
  return ReadStates(files_.back().get(), first);
}

Status LetterBox::ReadFile(const LetterFile* file) {
  std::unordered_map<std::string, size_t> by_id;
  return EachLine(disk_, file->path, [&](std::string_view line) {
    const auto fields = JsonDocument::Parse(line);
    if (!fields) return;
    const std::string& id = (*fields)["id"].text();
    const auto [known, added] = by_id.emplace(id, letters_.size());
    if (added) letters_.emplace_back();
    StoredLetter& letter = letters_[known->second];
    ++letter.times;
    letter.file = file;
    letter.line = line;
    letter.id = id;
    letter.table = (*fields)["table"].text();
    letter.stage = (*fields)["stage"].text();
    letter.code = (*fields)["code"].text();
    letter.reason = (*fields)["reason"].text();
    letter.split = (*fields)["split"].text();
    letter.position = (*fields)["position"].text();
    letter.at = (*fields)["at"].text();
  });
}

Status LetterBox::ReadStates(const LetterFile* file, size_t first_letter) {
  std::unordered_map<std::string, StoredLetter*> by_id;
  for (size_t i = first_letter; i < letters_.size(); ++i) by_id[letters_[i].id] = &letters_[i];
  return EachLine(disk_, file->path + std::string(kStatesSuffix), [&](std::string_view line) {
    const auto fields = JsonDocument::Parse(line);
    if (!fields) return;
    const auto letter = by_id.find((*fields)["id"].text());
    const auto state = ParseState((*fields)["state"].text());
    if (letter == by_id.end() || !state) return;
    letter->second->changed_before |= *state == LetterState::kReplayed;
    const bool came_again =
        static_cast<double>(letter->second->times) > (*fields)["times"].number();
    letter->second->state = came_again ? LetterState::kNew : *state;
  });
}

void LetterBox::ReadReport(const std::string& path) {
  const auto text = disk_->ReadAll(path);
  const auto report = text ? JsonDocument::Parse(*text) : std::nullopt;
  if (!report) return;
  for (const JsonDocument& job : (*report)["jobs"].items()) {
    accounting_.emplace_back(job["title"].text(), job["accounting"]);
  }
}

std::vector<const StoredLetter*> LetterBox::Select(const LetterFilter& filter) const {
  std::vector<const StoredLetter*> selected;
  for (const StoredLetter& letter : letters_) {
    if (filter.Matches(letter)) selected.push_back(&letter);
  }
  return selected;
}

Status LetterBox::Mark(const std::vector<const StoredLetter*>& letters, LetterState state) {
  std::map<std::string, std::string> lines;  // by file
  for (const StoredLetter* letter : letters) {
    JsonWriter out;
    out.BeginObject().Field("id", letter->id).Field("state", StateText(state));
    out.Field("times", letter->times);
    std::string at;
    AppendInstant(clock_->WallMillis(), 1000, &at);
    out.Field("at", at).EndObject();
    lines[letter->file->path + std::string(kStatesSuffix)] += std::move(out).Finish() + "\n";
  }
  for (const auto& [path, text] : lines) {
    TRY_ASSIGN(const auto lock, disk_->Lock(path + ".lock"));
    TRY_ASSIGN(const auto info, disk_->Stat(path));
    TRY_ASSIGN(const auto file, disk_->OpenForAppend(path, info ? info->size : 0));
    TRY(file->Append(text));
    TRY(file->Sync());
    TRY(disk_->SyncDirectory(path.substr(0, path.rfind('/'))));
  }
  return OkStatus();
}

/// The file first, then the marks: a crash between them can replay twice, never not at all.
Status LetterBox::Replay(const std::vector<const StoredLetter*>& letters, double rows_per_second) {
  std::map<std::string, std::vector<const StoredLetter*>> by_directory;
  for (const StoredLetter* letter : letters) {
    by_directory[ReplayDirectory(letter->file->data_dir, letter->table)].push_back(letter);
  }
  for (const auto& [directory, chosen] : by_directory) {
    TRY(disk_->CreateDirectories(directory));
    for (size_t begin = 0; begin < chosen.size(); begin += kReplayRecords) {
      const size_t end = std::min(chosen.size(), begin + kReplayRecords);
      std::vector<ReplayRecord> records;
      for (size_t i = begin; i < end; ++i) {
        const JsonDocument fields = chosen[i]->fields();
        ReplayRecord& record = records.emplace_back();
        record.raw = BytesOf(fields, "raw");
        record.key = BytesOf(fields, "key");
        if (!fields["timestamp_ms"].is_null()) {
          record.timestamp_ms = static_cast<int64_t>(fields["timestamp_ms"].number());
        }
        record.split = chosen[i]->split;
        record.position = chosen[i]->position;
      }
      const std::string name = std::to_string(clock_->WallMillis()) + "-" + std::to_string(begin);
      TRY(disk_->WriteAtomic(directory + "/" + name + ".replay",
                             FormatReplay(records, rows_per_second)));
    }
  }
  return Mark(letters, LetterState::kReplayed);
}

}  // namespace millrace
