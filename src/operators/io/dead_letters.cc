// SPDX-License-Identifier: Apache-2.0
#include "operators/io/dead_letters.h"

#include "base/json_writer.h"
#include "env/durable_directory.h"
#include "operators/io/byte_text.h"

namespace millrace {
namespace {

void AppendField(std::string_view key, std::string_view value, std::string* out) {
  if (value.empty()) return;
  *out += out->back() == '{' ? "\"" : ", \"";
  out->append(key);
  *out += "\": ";
  AppendJsonString(value, out);
}

}  // namespace

void DeadLetterBuffer::Add(const DeadLetter& letter) {
  auto entry = lines_.find(letter.table);
  if (entry == lines_.end()) entry = lines_.emplace(std::string(letter.table), "").first;
  std::string& lines = entry->second;
  const size_t before = lines.size();
  lines += '{';
  AppendField("table", letter.table, &lines);
  AppendField("stage", letter.stage, &lines);
  AppendField("operator", letter.operation, &lines);
  AppendField("reason", letter.reason, &lines);
  AppendField("split", letter.split, &lines);
  AppendField("position", letter.position, &lines);
  AppendField("row", letter.row, &lines);
  if (IsUtf8(letter.key)) {
    AppendField("key", letter.key, &lines);
  } else {
    AppendField("key_base64", EncodeBase64(letter.key), &lines);
  }
  if (letter.row.empty()) {
    if (IsUtf8(letter.raw)) {
      lines += ", \"raw\": ";
      AppendJsonString(letter.raw, &lines);
    } else {
      AppendField("raw_base64", EncodeBase64(letter.raw), &lines);
    }
  }
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

Status DeadLetterFiles::Append(const std::map<std::string, std::string>& lines) {
  for (const auto& [table, text] : lines) {
    if (disk_ == nullptr) return InternalError("there is no disk for dead letters");
    TRY_ASSIGN(WritableFile* const file, Open(table));
    TRY(file->Append(text));
    TRY(file->Sync());
    lengths_[table] += text.size();
  }
  return OkStatus();
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
