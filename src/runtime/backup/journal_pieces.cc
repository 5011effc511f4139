// SPDX-License-Identifier: Apache-2.0
#include "runtime/backup/journal_pieces.h"

#include "log/segment/log_recovery.h"
#include "log/segment/segment_scanner.h"

namespace millrace {

JournalPieces::JournalPieces(Disk* disk, const std::string& data_dir)
    : disk_(disk), directory_(data_dir + "/journal") {}

Status JournalPieces::Open() {
  const LogPlace place{.disk = disk_, .directory = directory_, .log_id = kJournalLogId};
  TRY_ASSIGN(const std::vector<int64_t> bases, ListSegmentBases(place));
  for (const int64_t base : bases) {
    Segment& segment = segments_[base];
    if (segment.file != nullptr) continue;
    const std::string path = SegmentPath(directory_, base);
    auto file = disk_->OpenForRead(path);
    if (!file) {
      TRY_ASSIGN(const auto there, disk_->Stat(path));
      if (there) return std::unexpected(std::move(file).error());
      segments_.erase(base);  // given up meanwhile: the state has it
      continue;
    }
    segment.file = *std::move(file);
    if (segment.cut == 0) segment.next_offset = base;
  }
  return OkStatus();
}

Result<std::optional<JournalPieces::Cut>> JournalPieces::CutAt(uint64_t epoch) {
  // Whose file is not open is not there any more.
  std::erase_if(segments_, [](const auto& entry) { return entry.second.file == nullptr; });
  for (auto& [base, segment] : segments_) {
    TRY(Scan(base, &segment, epoch, /*last=*/base == segments_.rbegin()->first));
  }
  auto end = segments_.end();  // behind the last segment with a record that counts
  while (end != segments_.begin() && std::prev(end)->second.cut == 0) --end;
  std::optional<Cut> cut;
  if (end != segments_.begin()) {
    cut.emplace();
    cut->epoch = last_epoch_;
    cut->manifest = last_manifest_;
    cut->begins = last_begins_;
  }
  for (auto found = segments_.begin(); found != end; ++found) {
    Segment& segment = found->second;
    Piece piece{.path = "journal/" + SegmentPath("", found->first).substr(1),
                .file = segment.file,
                .length = segment.cut};
    // What is in front of a record that counts is needed as it is.
    if (std::next(found) != end) {
      TRY_ASSIGN(piece.length, segment.file->Size());
    }
    cut->pieces.push_back(std::move(piece));
  }
  for (auto& [base, segment] : segments_) segment.file.reset();
  return cut;
}

Status JournalPieces::Scan(int64_t base, Segment* segment, uint64_t epoch, bool last) {
  TRY_ASSIGN(const uint64_t size, segment->file->Size());
  const uint64_t begin = segment->cut == 0 ? kSegmentHeaderBytes : segment->cut;
  if (size <= begin) return OkStatus();
  const FrameCodec codec({.log_id = kJournalLogId, .base_offset = base});
  SegmentScanner scanner(segment->file.get(), codec,
                         {.begin = begin, .limit = size, .first_offset = segment->next_offset});
  std::optional<uint64_t> at;
  int64_t offset = 0;
  while (true) {
    TRY_ASSIGN(const auto step, scanner.Next());
    if (step == SegmentScanner::Step::kEnd) break;
    if (step == SegmentScanner::Step::kBroken) {
      if (last) break;  // being written
      return Damaged(SegmentPath(directory_, base), scanner.expected_offset(), scanner.position(),
                     "a record of the journal cannot be read");
    }
    const Frame& frame = scanner.frame();
    if (frame.kind != FrameKind::kRecord) continue;
    TRY_ASSIGN(const EpochJournal::Place place, EpochJournal::PlaceOf(frame.payload));
    if (place.epoch > epoch) continue;
    at = scanner.position();
    offset = frame.offset;
    segment->cut = scanner.position() + frame.size();
    segment->next_offset = frame.offset + 1;
  }
  return at ? ReadLast(base, segment, *at, offset) : OkStatus();
}

Status JournalPieces::ReadLast(int64_t base, Segment* segment, uint64_t position, int64_t offset) {
  const FrameCodec codec({.log_id = kJournalLogId, .base_offset = base});
  SegmentScanner scanner(segment->file.get(), codec,
                         {.begin = position, .limit = segment->cut, .first_offset = offset});
  TRY_ASSIGN(const auto step, scanner.Next());
  if (step != SegmentScanner::Step::kFrame) {
    return InternalError("a record of the journal has changed");
  }
  TRY_ASSIGN(JournalRecord record, JournalRecord::Decode(scanner.frame().payload));
  last_epoch_ = record.epoch;
  last_manifest_ = std::move(record.manifest);
  last_begins_ = record.kind == JournalRecord::Kind::kStart;
  return OkStatus();
}

}  // namespace millrace
