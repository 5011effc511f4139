// SPDX-License-Identifier: Apache-2.0
#include "runtime/backup/part_uploader.h"

#include <algorithm>

namespace millrace {
namespace {

constexpr size_t kUploadReadBytes = 1 << 20;
/// A file of more parts is brought up anew as one.
constexpr size_t kPartsMax = 64;

/// A key as part of an object's name.
std::string StemOf(const std::string& key) {
  std::string stem = key;
  std::ranges::replace_if(
      stem,
      [](char c) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        return !plain;
      },
      '-');
  constexpr size_t kStemMax = 80;
  return stem.size() <= kStemMax ? stem : stem.substr(stem.size() - kStemMax);
}

}  // namespace

Status PartUploader::Visit(ReadableFile* file, uint64_t begin, uint64_t end,
                           const std::function<Status(std::string_view)>& visit) const {
  std::vector<char> buffer(std::min<uint64_t>(kUploadReadBytes, end - begin));
  while (begin < end) {
    if (stopping_->load(std::memory_order_relaxed)) {
      return ExternalError("MR0843", "the backup was given up, the pipeline stops", "", true);
    }
    const size_t wanted = std::min<uint64_t>(buffer.size(), end - begin);
    TRY_ASSIGN(const size_t count, file->ReadAt(begin, wanted, buffer.data()));
    if (count == 0) {
      return ExternalError("MR0843", "a file became shorter while it was backed up", "", true);
    }
    TRY(visit({buffer.data(), count}));
    begin += count;
  }
  return OkStatus();
}

Result<BackupPart> PartUploader::Upload(ReadableFile* file, uint64_t begin, uint64_t end,
                                        const std::string& stem) {
  BackupSum sum;
  TRY(Visit(file, begin, end, [&sum](std::string_view bytes) {
    sum.Add(bytes);
    return OkStatus();
  }));
  BackupPart part{.object = {}, .size = end - begin, .sum = sum.Finish()};
  part.object = "objects/" + stem + "-" + std::to_string(part.size) + "-" + part.sum;
  if (stored_.contains(part.object)) return part;
  TRY_ASSIGN(const auto writer, store_->Write(part.object));
  TRY(Visit(file, begin, end, [&writer](std::string_view bytes) { return writer->Append(bytes); }));
  TRY(writer->Finish());
  stored_.insert(part.object);
  uploaded_bytes_ += part.size;
  return part;
}

Result<std::vector<BackupPart>> PartUploader::Whole(const std::string& key, bool immutable,
                                                    ReadableFile* file) {
  TRY_ASSIGN(const uint64_t size, file->Size());
  const auto known = known_.find(key);
  if (immutable && known != known_.end() && known->second.length == size) {
    known->second.used = true;
    return known->second.parts;
  }
  TRY_ASSIGN(BackupPart part, Upload(file, 0, size, StemOf(key)));
  std::vector<BackupPart> parts{std::move(part)};
  if (immutable) known_[key] = {.parts = parts, .length = size, .used = true};
  return parts;
}

Result<std::vector<BackupPart>> PartUploader::Growing(const std::string& key, ReadableFile* file,
                                                      uint64_t length) {
  Known& known = known_[key];
  known.used = true;
  if (known.length > length || known.parts.size() >= kPartsMax) known = Known();
  if (known.length < length) {
    TRY_ASSIGN(BackupPart part, Upload(file, known.length, length,
                                       StemOf(key + "-" + std::to_string(known.length))));
    known.parts.push_back(std::move(part));
    known.length = length;
  }
  return known.parts;
}

void PartUploader::Sweep() {
  std::erase_if(known_, [](const auto& entry) { return !entry.second.used; });
  for (auto& [key, known] : known_) known.used = false;
}

}  // namespace millrace
