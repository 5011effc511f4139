// SPDX-License-Identifier: Apache-2.0
#include "operators/io/dead_letters.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/json_writer.h"
#include "base/mutant.h"
#include "data/key_codec.h"
#include "data/value_text.h"
#include "env/durable_directory.h"
#include "operators/io/byte_text.h"

namespace millrace {
namespace {

/// One line: members of an object; those without a value are left out.
class LetterLine {
 public:
  explicit LetterLine(std::string* out) : out_(out) { *out_ += '{'; }

  void Text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    Key(key);
    AppendJsonString(value, out_);
  }
  void Number(std::string_view key, int64_t value) {
    Key(key);
    *out_ += std::to_string(value);
  }
  /// As `key`, or in base64 as `key_base64`.
  void Bytes(const std::string& key, std::optional<std::string_view> value) {
    if (!value) return;
    const bool text = IsUtf8(*value);
    Key(text ? key : key + "_base64");
    AppendJsonString(text ? *value : std::string_view(EncodeBase64(*value)), out_);
  }
  void Headers(const RecordOrigin& origin) {
    if (origin.headers.empty()) return;
    Key("headers");
    char separator = '[';
    for (const auto& [name, value] : origin.headers) {
      *out_ += separator;
      separator = ',';
      LetterLine header(out_);
      header.Key("name");
      AppendJsonString(name, out_);
      header.Bytes("value", value);
      *out_ += '}';
    }
    *out_ += ']';
  }

 private:
  void Key(std::string_view key) {
    *out_ += out_->back() == '{' ? "\"" : ", \"";
    out_->append(key);
    *out_ += "\": ";
  }

  std::string* out_;
};

/// "MR0701" of "MR0701: division by zero".
std::string_view CodeOf(const DeadLetter& letter) {
  constexpr size_t kLength = 6;
  if (!letter.code.empty()) return letter.code;
  const std::string_view head = letter.reason.substr(0, kLength);
  const bool is_code = head.size() == kLength && head.starts_with("MR") &&
                       head.find_first_not_of("0123456789", 2) == std::string_view::npos;
  return is_code ? head : std::string_view();
}

/// The same for the same letter in any run; two letters that cannot be told apart share it.
std::string IdOf(const DeadLetter& letter, const RecordOrigin& origin) {
  std::string text;
  for (const std::string_view part :
       {letter.table, letter.stage, letter.operation, std::string_view(origin.split),
        std::string_view(origin.position), origin.key.value_or(""), origin.raw.value_or(""),
        letter.row}) {
    text += std::to_string(part.size()) + ":";
    text += part;
  }
  std::array<char, 17> id{};
  std::snprintf(id.data(), id.size(), "%016llx", static_cast<unsigned long long>(HashBytes(text)));
  return id.data();
}

RecordOrigin OriginOf(const DeadLetter& letter) {
  if (letter.origin != nullptr) return *letter.origin;
  RecordOrigin origin{.split = {}, .position = std::string(letter.position), .raw = letter.raw};
  if (!letter.key.empty()) origin.key = letter.key;
  return origin;
}

}  // namespace

void DeadLetterBuffer::Add(const DeadLetter& letter) {
  auto entry = lines_.find(letter.table);
  if (entry == lines_.end()) entry = lines_.emplace(std::string(letter.table), "").first;
  std::string& lines = entry->second;
  const size_t before = lines.size();
  const RecordOrigin origin = OriginOf(letter);
  LetterLine line(&lines);
  line.Text("id", IdOf(letter, origin));
  line.Text("table", letter.table);
  line.Text("stage", letter.stage);
  line.Text("operator", letter.operation);
  line.Text("code", CodeOf(letter));
  line.Text("reason", letter.reason);
  line.Text("split", origin.split);
  line.Text("position", origin.position);
  if (origin.timestamp_ms) line.Number("timestamp_ms", *origin.timestamp_ms);
  line.Text("row", letter.row);
  line.Bytes("key", origin.key);
  line.Headers(origin);
  line.Bytes("raw", origin.raw);
  line.Number("attempts", letter.attempts);
  lines += "}\n";
  ++count_;
  bytes_ += lines.size() - before;
  if (bytes_held_ != nullptr) *bytes_held_ += lines.size() - before;
}

std::map<std::string, std::string> DeadLetterBuffer::Take() {
  std::map<std::string, std::string> taken;
  TakeInto(&taken);
  return taken;
}

void DeadLetterBuffer::TakeInto(std::map<std::string, std::string>* letters) {
  if (bytes_ == 0) return;
  for (const auto& [table, lines] : lines_) (*letters)[table] += lines;
  lines_.clear();
  if (bytes_held_ != nullptr) *bytes_held_ -= bytes_;
  bytes_ = 0;
}

Status DeadLetterFiles::StartBehindExisting() {
  files_.clear();
  for (const auto& [table, path] : paths_) {
    TRY_ASSIGN(const auto info, disk_->Stat(path));
    lengths_[table] = info ? info->size : 0;
  }
  return OkStatus();
}

Status DeadLetterFiles::Restore(const Lengths& lengths) {
  TRY(StartBehindExisting());
  for (auto& [table, length] : lengths_) {
    const auto wanted = lengths.find(table);
    if (wanted == lengths.end() || wanted->second == length) continue;
    if (length < wanted->second) {
      return ExternalError("MR0801", "the dead-letter file '" + paths_[table] + "' was shortened",
                           std::to_string(length) + " bytes, the last epoch ended at " +
                               std::to_string(wanted->second));
    }
    length = wanted->second;
    TRY_ASSIGN(WritableFile* const file, Open(table));
    TRY(file->Sync());
  }
  return OkStatus();
}

std::map<std::string, std::string> DeadLetterFiles::Complete(
    const std::map<std::string, std::string>& lines, uint64_t epoch, int64_t wall_ms) const {
  std::map<std::string, std::string> complete;
  if (lines.empty()) return complete;
  std::string end = ", \"pipeline\": ";
  AppendJsonString(pipeline_, &end);
  end += ", \"epoch\": " + std::to_string(epoch) + ", \"at\": \"";
  AppendInstant(wall_ms, 1000, &end);
  end += "\"}\n";
  for (const auto& [table, text] : lines) {
    std::string& whole = complete[table];
    whole.reserve(text.size() * 5 / 4);
    for (size_t begin = 0; begin < text.size();) {
      const size_t line_end = text.find('\n', begin);
      whole.append(text, begin, line_end - begin - 1);  // without its brace
      whole += end;
      begin = line_end + 1;
    }
  }
  return complete;
}

Status DeadLetterFiles::Append(const std::map<std::string, std::string>& complete) {
  for (const auto& [table, text] : complete) {
    if (disk_ == nullptr) return InternalError("there is no disk for dead letters");
    TRY_ASSIGN(WritableFile* const file, Open(table));
    TRY(file->Append(text));
    lengths_[table] += text.size();
    unsynced_.insert(table);
  }
  return OkStatus();
}

Status DeadLetterFiles::Sync() {
  for (const std::string& table : unsynced_) TRY(files_[table]->Sync());
  unsynced_.clear();
  return OkStatus();
}

Status DeadLetterFiles::Repeat(const std::string& table, uint64_t at, std::string_view text) {
  if (MUTANT("letters-not-repeated")) return OkStatus();
  const uint64_t length = lengths_[table];
  if (length < at) {
    return ExternalError(
        "MR0801", "the dead-letter file '" + paths_[table] + "' was shortened",
        std::to_string(length) + " bytes, the last epochs begin at " + std::to_string(at));
  }
  // What is there already stays: somebody may be reading it.
  std::string there(std::min<uint64_t>(length - at, text.size()), '\0');
  if (!there.empty()) {
    TRY_ASSIGN(const auto file, disk_->OpenForRead(paths_[table]));
    TRY_ASSIGN(const size_t read, file->ReadAt(at, there.size(), there.data()));
    there.resize(read);
  }
  if (MUTANT("torn-letters-kept") && !there.empty()) return OkStatus();
  const auto differs = std::ranges::mismatch(there, text).in1 - there.begin();
  const uint64_t keep = at + static_cast<uint64_t>(differs);
  if (keep == length && keep == at + text.size()) return OkStatus();
  files_.erase(table);
  lengths_[table] = keep;
  TRY(Append({{table, std::string(text.substr(static_cast<size_t>(differs)))}}));
  return Sync();
}

Result<WritableFile*> DeadLetterFiles::Open(const std::string& table) {
  std::unique_ptr<WritableFile>& file = files_[table];
  if (file != nullptr) return file.get();
  const auto path = paths_.find(table);
  if (path == paths_.end()) return InternalError("no dead-letter file for table '" + table + "'");
  TRY(CreateDurableDirectory(disk_, ParentDirectory(path->second)));
  TRY_ASSIGN(file, disk_->OpenForAppend(path->second, lengths_[table]));
  TRY(disk_->SyncDirectory(ParentDirectory(path->second)));
  return file.get();
}

}  // namespace millrace
