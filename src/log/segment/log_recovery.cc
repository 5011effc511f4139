// SPDX-License-Identifier: Apache-2.0
#include "log/segment/log_recovery.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>

#include "log/segment/segment_scanner.h"

namespace millrace {
namespace {

constexpr size_t kDigits = 20;
constexpr std::string_view kSegmentSuffix = ".log";
constexpr std::string_view kIndexSuffix = ".index";

std::string PathOf(const std::string& directory, int64_t base_offset, std::string_view suffix) {
  std::string digits = std::to_string(base_offset);
  digits.insert(0, kDigits - digits.size(), '0');
  return directory + "/" + digits + std::string(suffix);
}

/// The base offset in a file's name, if it is one of ours.
std::optional<int64_t> BaseOffsetOf(std::string_view path, std::string_view suffix) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.size() != kDigits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  int64_t base = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, base);
  if (error != std::errc() || end != name.data() + kDigits || base < 0) return std::nullopt;
  return base;
}

struct ScannedSegment {
  SegmentIndex index;
  uint64_t kept = 0;  // end of the last whole batch or mark
  int64_t kept_end = 0;
  int64_t marked_synced = -1;
  uint64_t damaged = 0;
};

/// Whether a broken place is the torn end of what was never synced. `kept_end` is the offset up to
/// which the log would be cut.
bool IsTorn(const BehindDamage& behind, int64_t kept_end) {
  if (behind.synced_below > kept_end) return false;
  return !behind.any_frame || behind.empty_sector;
}

/// One segment from its header to its end. `last`: a torn tail is no damage.
class SegmentCheck {
 public:
  SegmentCheck(const LogPlace& place, const LogSettings& settings, const Segment& segment,
               bool last)
      : place_(place), settings_(settings), segment_(segment), last_(last) {}

  Result<ScannedSegment> Run(ReadableFile* file);

 private:
  Result<bool> HandleBroken(SegmentScanner* scanner);
  void Keep(const SegmentScanner& scanner);

  const LogPlace& place_;
  const LogSettings& settings_;
  const Segment& segment_;
  const bool last_;
  ScannedSegment found_;
};

void SegmentCheck::Keep(const SegmentScanner& scanner) {
  found_.kept = scanner.position() + scanner.frame().size();
  found_.kept_end = scanner.expected_offset();
}

/// True: go on behind the damage. False: what is kept is all there is.
Result<bool> SegmentCheck::HandleBroken(SegmentScanner* scanner) {
  const std::string path = SegmentPath(place_.directory, segment_.base_offset);
  TRY_ASSIGN(const BehindDamage behind, scanner->LookBehindDamage());
  if (last_ && IsTorn(behind, found_.kept_end)) return false;
  if (settings_.damage == DamagePolicy::kRefuse) {
    std::string what = "no whole record is at this place";
    if (behind.any_frame) what += ", but there are some behind it";
    return Damaged(path, scanner->expected_offset(), scanner->position(), std::move(what));
  }
  ++found_.damaged;
  // Without a frame behind it the end of a sealed segment is gone; offsets up to the next stay
  // empty.
  if (!behind.any_frame) return false;
  scanner->ResumeAt(behind.position);
  return true;
}

Result<ScannedSegment> SegmentCheck::Run(ReadableFile* file) {
  const FrameCodec codec({.log_id = place_.log_id, .base_offset = segment_.base_offset});
  SegmentScanner scanner(file, codec,
                         {.limit = segment_.bytes, .first_offset = segment_.base_offset});
  found_.index = SegmentIndex(segment_.base_offset);
  found_.kept = kSegmentHeaderBytes;
  found_.kept_end = segment_.base_offset;
  // Records of a batch that is not whole yet do not belong to the index.
  std::vector<std::pair<Frame, uint64_t>> batch;
  while (true) {
    TRY_ASSIGN(const SegmentScanner::Step step, scanner.Next());
    if (step == SegmentScanner::Step::kBroken) {
      TRY_ASSIGN(const bool go_on, HandleBroken(&scanner));
      if (!go_on) break;
      continue;
    }
    if (step == SegmentScanner::Step::kEnd) break;
    const Frame& frame = scanner.frame();
    if (frame.kind == FrameKind::kMark) {
      found_.marked_synced = std::max(found_.marked_synced, frame.timestamp);
      Keep(scanner);
      continue;
    }
    batch.emplace_back(frame, scanner.position());
    if (!frame.ends_batch) continue;
    for (const auto& [record, position] : batch) {
      found_.index.Add(record, position, settings_.index_interval_bytes);
    }
    batch.clear();
    Keep(scanner);
  }
  found_.index.end_offset = std::max(found_.index.end_offset, found_.kept_end);
  return std::move(found_);
}

/// Whether the header lets the segment be read. The last one may be so new that it has none.
Result<SegmentHeaderCheck> CheckHeader(const LogPlace& place, const LogSettings& settings,
                                       const Segment& segment, ReadableFile* file) {
  const std::string path = SegmentPath(place.directory, segment.base_offset);
  char bytes[kSegmentHeaderBytes];
  TRY_ASSIGN(const size_t read, file->ReadAt(0, sizeof bytes, bytes));
  const SegmentHeaderCheck check = CheckSegmentHeader(
      {bytes, read}, {.log_id = place.log_id, .base_offset = segment.base_offset});
  if (check == SegmentHeaderCheck::kForeign) {
    return Damaged(path, segment.base_offset, 0, "the file belongs to another log or place");
  }
  if (check == SegmentHeaderCheck::kNewer) {
    return Damaged(path, segment.base_offset, 0, "the file was written by a newer version");
  }
  if (check == SegmentHeaderCheck::kBroken && settings.damage == DamagePolicy::kRefuse &&
      std::string_view(bytes, read).find_first_not_of('\0') != std::string_view::npos &&
      read == sizeof bytes) {
    return Damaged(path, segment.base_offset, 0, "the header of the segment is damaged");
  }
  return check;
}

Result<ScannedSegment> ScanFile(const LogPlace& place, const LogSettings& settings,
                                const Segment& segment, bool last, bool* headless) {
  const std::string path = SegmentPath(place.directory, segment.base_offset);
  TRY_ASSIGN(const auto file, place.disk->OpenForRead(path));
  TRY_ASSIGN(const SegmentHeaderCheck header, CheckHeader(place, settings, segment, file.get()));
  *headless = header == SegmentHeaderCheck::kBroken;
  if (*headless && !last && settings.damage == DamagePolicy::kRefuse) {
    return Damaged(path, segment.base_offset, 0, "the header of the segment is damaged");
  }
  return SegmentCheck(place, settings, segment, last).Run(file.get());
}

/// Names of segments and of indexes, ascending.
struct Listing {
  std::vector<Segment> segments;
  std::vector<int64_t> indexes;
};

Result<Listing> ListSegments(const LogPlace& place) {
  Listing listing;
  TRY_ASSIGN(const auto present, place.disk->Stat(place.directory));
  if (!present) return listing;
  TRY_ASSIGN(const auto files, place.disk->List(place.directory, false));
  for (const FileInfo& file : files) {
    if (file.directory) continue;
    if (const auto base = BaseOffsetOf(file.path, kSegmentSuffix)) {
      listing.segments.push_back(
          {.base_offset = *base, .bytes = file.size, .modified_ms = file.modified_ms});
    } else if (const auto index = BaseOffsetOf(file.path, kIndexSuffix)) {
      listing.indexes.push_back(*index);
    }
  }
  std::ranges::sort(listing.segments, {}, &Segment::base_offset);
  std::ranges::sort(listing.indexes);
  return listing;
}

/// An index is written when the successor of its segment is durable, so the last segment has none.
Status CheckIndexes(const LogPlace& place, const LogSettings& settings, const Listing& listing) {
  if (listing.indexes.empty()) return OkStatus();
  const int64_t sealed = listing.indexes.back();
  if (!listing.segments.empty() && listing.segments.back().base_offset > sealed) {
    // Retention removes a segment first and then its index.
    for (const int64_t index : listing.indexes) {
      if (index >= listing.segments.front().base_offset) break;
      TRY(place.disk->Remove(IndexPath(place.directory, index)));
    }
    return OkStatus();
  }
  if (settings.damage == DamagePolicy::kSkip) {
    return place.disk->Remove(IndexPath(place.directory, sealed));
  }
  return Damaged(IndexPath(place.directory, sealed), sealed, 0,
                 "a segment that should follow is missing");
}

Status RecoverActive(const LogPlace& place, const LogSettings& settings, RecoveredLog* log) {
  bool headless = false;
  TRY_ASSIGN(ScannedSegment scanned,
             ScanFile(place, settings, log->active, /*last=*/true, &headless));
  log->damaged_places += scanned.damaged;
  log->active_is_new = headless && scanned.kept_end == log->active.base_offset;
  const uint64_t kept = log->active_is_new ? 0 : scanned.kept;
  log->cut_bytes = log->active.bytes - kept;
  log->active.bytes = kept;
  log->active.end_offset = scanned.kept_end;
  log->active.timestamp_max = scanned.index.timestamp_max;
  log->active_index = std::move(scanned.index);
  log->active_index.end_offset = scanned.kept_end;
  log->marked_synced = scanned.marked_synced;
  return OkStatus();
}

}  // namespace

Result<std::vector<int64_t>> ListSegmentBases(const LogPlace& place) {
  TRY_ASSIGN(const Listing listing, ListSegments(place));
  std::vector<int64_t> bases;
  for (const Segment& segment : listing.segments) bases.push_back(segment.base_offset);
  return bases;
}

std::string SegmentPath(const std::string& directory, int64_t base_offset) {
  return PathOf(directory, base_offset, kSegmentSuffix);
}

std::string IndexPath(const std::string& directory, int64_t base_offset) {
  return PathOf(directory, base_offset, kIndexSuffix);
}

std::unexpected<Error> Damaged(const std::string& path, int64_t offset, uint64_t position,
                               std::string what) {
  return ExternalError("MR0805", "'" + path + "' is damaged",
                       std::move(what) + " (offset " + std::to_string(offset) + ", byte " +
                           std::to_string(position) + ")");
}

Result<SegmentIndex> LoadSealedIndex(const LogPlace& place, const LogSettings& settings,
                                     const Segment& segment, uint64_t* damaged) {
  const SegmentStamp stamp{.identity = {.log_id = place.log_id, .base_offset = segment.base_offset},
                           .bytes = segment.bytes,
                           .modified_ms = segment.modified_ms};
  const std::string path = IndexPath(place.directory, segment.base_offset);
  if (const auto bytes = place.disk->ReadAll(path)) {
    if (auto index = DecodeSegmentIndex(*bytes, stamp)) return *std::move(index);
  }
  bool headless = false;
  TRY_ASSIGN(ScannedSegment scanned, ScanFile(place, settings, segment, /*last=*/false, &headless));
  *damaged += scanned.damaged + (headless ? 1 : 0);
  // What is damaged is checked again next time.
  if (scanned.damaged == 0 && !headless) StoreSealedIndex(place, scanned.index, segment);
  return std::move(scanned.index);
}

void StoreSealedIndex(const LogPlace& place, const SegmentIndex& index, const Segment& segment) {
  const SegmentStamp stamp{.identity = {.log_id = place.log_id, .base_offset = segment.base_offset},
                           .bytes = segment.bytes,
                           .modified_ms = segment.modified_ms};
  auto file =
      place.disk->OpenForAppend(IndexPath(place.directory, segment.base_offset), std::nullopt);
  if (!file) return;
  if ((*file)->Append(EncodeSegmentIndex(index, stamp))) (void)(*file)->Close();
}

Result<RecoveredLog> RecoverLog(const LogPlace& place, const LogSettings& settings) {
  TRY_ASSIGN(Listing listing, ListSegments(place));
  TRY(CheckIndexes(place, settings, listing));
  RecoveredLog log;
  if (listing.segments.empty()) {
    log.empty = log.active_is_new = true;
    return log;
  }
  log.active = listing.segments.back();
  listing.segments.pop_back();
  log.sealed = std::move(listing.segments);
  for (size_t i = 0; i < log.sealed.size(); ++i) {
    Segment& segment = log.sealed[i];
    TRY_ASSIGN(const SegmentIndex index,
               LoadSealedIndex(place, settings, segment, &log.damaged_places));
    const int64_t next =
        i + 1 < log.sealed.size() ? log.sealed[i + 1].base_offset : log.active.base_offset;
    if (index.end_offset != next && settings.damage == DamagePolicy::kRefuse) {
      return Damaged(
          SegmentPath(place.directory, next), index.end_offset, 0,
          index.end_offset < next
              ? "a segment in front of it is missing, its first offset is " + std::to_string(next)
              : "it overlaps the segment in front of it");
    }
    if (index.end_offset != next) ++log.damaged_places;
    segment.end_offset = next;
    segment.timestamp_max = index.timestamp_max;
  }
  TRY(RecoverActive(place, settings, &log));
  return log;
}

}  // namespace millrace
