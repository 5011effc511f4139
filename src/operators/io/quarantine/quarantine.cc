// SPDX-License-Identifier: Apache-2.0
#include "operators/io/quarantine/quarantine.h"

#include <algorithm>

#include "data/option_text.h"
#include "functions/base64.h"

namespace millrace {
namespace {

constexpr std::string_view kAttempts = "attempts";
constexpr std::string_view kInFlight = "in-flight";
constexpr std::string_view kList = "quarantine";
/// A run that completed more epochs than this made progress: its death is not one in a row.
constexpr uint64_t kEpochsOfNoProgress = 1;
constexpr uint64_t kInFlightBytesMax = 1 << 20;
/// In front of a suspect: long compared with what one record takes.
constexpr int64_t kWaitNanos = 1'000'000'000;

std::string PlaceText(const RecordPlace& place) {
  std::string text;
  AppendBase64(place.table, &text);
  text += ' ';
  AppendBase64(place.split, &text);
  return text + ' ' + std::to_string(place.number);
}

/// Words of a line, which is taken off.
std::vector<std::string> TakeLine(std::string_view* text) {
  const size_t end = std::min(text->find('\n'), text->size());
  std::string_view line = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  std::vector<std::string> words;
  while (!line.empty()) {
    const size_t word = std::min(line.find(' '), line.size());
    words.emplace_back(line.substr(0, word));
    line.remove_prefix(std::min(word + 1, line.size()));
  }
  return words;
}

std::optional<RecordPlace> ParsePlace(const std::vector<std::string>& words, size_t first) {
  if (words.size() < first + 3) return std::nullopt;
  RecordPlace place;
  const auto number = ParseOptionLong(words[first + 2]);
  if (DecodeBase64(words[first], &place.table) != nullptr) return std::nullopt;
  if (DecodeBase64(words[first + 1], &place.split) != nullptr || !number) return std::nullopt;
  place.number = static_cast<uint64_t>(*number);
  return place;
}

int Count(const std::string& word) {
  return static_cast<int>(std::clamp<int64_t>(ParseOptionLong(word).value_or(0), 0, 1'000'000));
}

}  // namespace

Status Quarantine::Start(uint64_t epoch, bool resumed) {
  epoch_ = epoch;
  if (!resumed) {
    for (const std::string_view name : {kAttempts, kInFlight, kList}) {
      TRY(settings_.disk->Remove(Path(name)));
    }
    return WriteAttempt();
  }
  TRY(ReadList());
  const auto attempt = settings_.disk->ReadAll(Path(kAttempts));
  std::string_view text = attempt ? std::string_view(*attempt) : std::string_view();
  const std::vector<std::string> words = TakeLine(&text);
  if (words.size() >= 5 && words[0] == "1") {
    const auto before = ParseOptionLong(words[2]);
    const bool was_careful = words[3] == "1";
    std::optional<RecordPlace> in_flight = was_careful ? ReadInFlight() : std::nullopt;
    const uint64_t since = epoch - std::min(epoch, static_cast<uint64_t>(before.value_or(0)));
    const bool no_progress = in_flight.has_value() || since <= kEpochsOfNoProgress;
    deaths_ = no_progress ? Count(words[1]) + 1 : 0;
    const bool same = in_flight && in_flight == ParsePlace(words, 5);
    suspect_deaths_ = in_flight ? (same ? Count(words[4]) : 0) + 1 : 0;
    suspect_ = std::move(in_flight);
  }
  // The record is known from the second death on.
  const int in_flight_min = std::clamp(settings_.deaths_max - 1, 1, 2);
  if (suspect_ && suspect_deaths_ >= in_flight_min && deaths_ >= settings_.deaths_max) {
    added_ = suspect_;
    list_.push_back({.place = *std::exchange(suspect_, std::nullopt), .deaths = deaths_});
    TRY(WriteList());
    suspect_deaths_ = 0;
    deaths_ = 1;  // there may be more of its kind
  }
  TRY(settings_.disk->Remove(Path(kInFlight)));
  return WriteAttempt();
}

Status Quarantine::ReadList() {
  TRY_ASSIGN(const auto found, settings_.disk->Stat(Path(kList)));
  if (!found) return OkStatus();
  TRY_ASSIGN(const std::string bytes, settings_.disk->ReadAll(Path(kList)));
  std::string_view text = bytes;
  while (!text.empty()) {
    const std::vector<std::string> words = TakeLine(&text);
    auto place = ParsePlace(words, 1);
    if (!place) {
      return UserError("MR0801", "the file '" + Path(kList) + "' is damaged",
                       "it names the records at which the process died",
                       "remove it; a record that still kills the process is found again");
    }
    list_.push_back({.place = *std::move(place), .deaths = Count(words[0])});
  }
  return OkStatus();
}

Status Quarantine::WriteList() const {
  std::string text;
  for (const Entry& entry : list_) {
    text += std::to_string(entry.deaths) + ' ' + PlaceText(entry.place) + '\n';
  }
  return settings_.disk->WriteAtomic(Path(kList), text);
}

/// The last record that was begun and did not go through.
std::optional<RecordPlace> Quarantine::ReadInFlight() const {
  const auto bytes = settings_.disk->ReadAll(Path(kInFlight));
  if (!bytes) return std::nullopt;
  std::optional<RecordPlace> place;
  std::string_view text = *bytes;
  while (text.find('\n') != std::string_view::npos) {
    const std::vector<std::string> words = TakeLine(&text);
    place = ParsePlace(words, 1);  // "end" has none
  }
  return place;
}

Status Quarantine::WriteAttempt() const {
  std::string text = "1 " + std::to_string(deaths_) + ' ' + std::to_string(epoch_) + ' ' +
                     (wants_care() ? "1 " : "0 ") + std::to_string(suspect_deaths_);
  if (suspect_) text += ' ' + PlaceText(*suspect_);
  text += '\n';
  const std::string path = Path(kAttempts);
  TRY_ASSIGN(auto file, settings_.disk->OpenForAppend(path + ".new", std::nullopt));
  TRY(file->Append(text));
  TRY(file->Close());
  return settings_.disk->Rename(path + ".new", path);
}

/// A line that cannot be written costs the knowledge of one record, no more.
void Quarantine::Note(std::string_view line) {
  if (in_flight_ == nullptr || in_flight_->size() > kInFlightBytesMax) {
    auto file = settings_.disk->OpenForAppend(Path(kInFlight), std::nullopt);
    if (!file) return;
    in_flight_ = *std::move(file);
  }
  if (!in_flight_->Append(line)) in_flight_.reset();
}

void Quarantine::Begin(const RecordPlace& place) {
  if (suspect_ == place && !std::exchange(waited_, true)) {
    Done();
    settings_.clock->SleepNanos(kWaitNanos);
  }
  begun_ = true;
  Note("begin " + PlaceText(place) + "\n");
}

void Quarantine::Done() {
  if (!std::exchange(begun_, false)) return;
  Note("end\n");
}

std::vector<Quarantine::HeldRecord> Quarantine::Held(const std::string& table,
                                                     const std::string& split) const {
  std::vector<HeldRecord> held;
  for (const Entry& entry : list_) {
    if (entry.place.table != table || entry.place.split != split) continue;
    held.push_back({entry.place.number, entry.deaths});
  }
  std::ranges::sort(held, {}, &HeldRecord::number);
  return held;
}

void Quarantine::Close() {
  in_flight_.reset();
  (void)settings_.disk->Remove(Path(kInFlight));
  (void)settings_.disk->Remove(Path(kAttempts));
}

}  // namespace millrace
