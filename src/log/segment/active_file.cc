// SPDX-License-Identifier: Apache-2.0
#include "log/segment/active_file.h"

namespace millrace {

Result<std::unique_ptr<ActiveFile>> ActiveFile::Create(const LogPlace& place, int64_t base_offset) {
  std::unique_ptr<ActiveFile> file(
      new ActiveFile(place.disk, SegmentPath(place.directory, base_offset), 0));
  TRY_ASSIGN(file->appending_, place.disk->OpenForAppend(file->path_, std::nullopt));
  TRY(file->Append(EncodeSegmentHeader({.log_id = place.log_id, .base_offset = base_offset})));
  TRY(file->OpenHandles());
  return file;
}

Result<std::unique_ptr<ActiveFile>> ActiveFile::Reopen(const LogPlace& place, int64_t base_offset,
                                                       uint64_t bytes) {
  std::unique_ptr<ActiveFile> file(
      new ActiveFile(place.disk, SegmentPath(place.directory, base_offset), bytes));
  TRY(file->CutToSize());
  TRY(file->OpenHandles());
  return file;
}

Status ActiveFile::OpenHandles() {
  TRY_ASSIGN(syncing_, disk_->OpenForAppend(path_, size_));
  TRY_ASSIGN(reader_, disk_->OpenForRead(path_));
  return OkStatus();
}

Status ActiveFile::CutToSize() {
  TRY_ASSIGN(appending_, disk_->OpenForAppend(path_, size_));
  return OkStatus();
}

Status ActiveFile::Append(std::span<const std::string_view> parts) {
  if (appending_ == nullptr) TRY(CutToSize());
  uint64_t bytes = 0;
  for (const std::string_view part : parts) {
    if (Status appended = appending_->Append(part); !appended) {
      appending_.reset();
      (void)CutToSize();  // gives the space back now; if that fails, before the next append
      return appended;
    }
    bytes += part.size();
  }
  size_ += bytes;
  return OkStatus();
}

}  // namespace millrace
