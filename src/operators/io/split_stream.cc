// SPDX-License-Identifier: Apache-2.0
#include "operators/io/split_stream.h"

#include <arrow/api.h>

#include <algorithm>

#include "data/row_format.h"
#include "data/take.h"

namespace millrace {
namespace {

using Polled = SourceDriver::Polled;

/// A record that does not end within this many bytes is rejected: memory stays bounded.
constexpr size_t kMaxRecordBytes = 16 << 20;
/// How much of an oversized record a dead letter shows.
constexpr size_t kOversizedSample = 1024;
constexpr int64_t kUnknownRow = -1;
constexpr std::string_view kUndecodable = "MR0711";
constexpr std::string_view kDeadly = "MR0712";
/// Reads without one complete record before the shard gets its turn again.
constexpr int kReadsPerPoll = 16;

Polled Data(Batch batch) { return {Polled::Kind::kData, std::move(batch), 0}; }

/// Joins carried-over bytes and a chunk, with the padding that decoders need behind them.
std::shared_ptr<const std::string> JoinBytes(std::string_view carried, std::string_view chunk) {
  auto joined = std::make_shared<std::string>();
  joined->reserve(carried.size() + chunk.size() + kDecodePadding);
  joined->append(carried);
  joined->append(chunk);
  return joined;
}

Error FromArrow(const arrow::Status& status) {
  return Error{
      .code = "MR0001", .message = "a metadata column cannot be made", .detail = status.ToString()};
}

}  // namespace

SplitStream::SplitStream(ScanShape* shape, const SplitPosition& start)
    : shape_(shape), split_(start) {
  if (shape->quarantine == nullptr) return;
  held_ = shape->quarantine->Held(shape->table->name, start.split);
}

Result<std::unique_ptr<SplitStream>> SplitStream::Open(ScanShape* shape, Source* source,
                                                       const SplitPosition& start) {
  auto stream = std::unique_ptr<SplitStream>(new SplitStream(shape, start));
  TRY_ASSIGN(stream->reader_, source->Open({start.split, start.bounded}));
  stream->lag_ = dynamic_cast<LagReporter*>(stream->reader_.get());
  if (!start.position.empty()) TRY(stream->reader_->Seek(start.position));
  return stream;
}

SplitPosition SplitStream::Position() const {
  SplitPosition position = split_;
  if (position.row > 0) return position;  // rows of a whole file
  if (next_record_ < numbers_.size()) {
    position.position = reader_->PositionAt(static_cast<uint64_t>(numbers_[next_record_]));
    return position;
  }
  position.position = has_offset_ ? reader_->PositionAt(done_offset_) : reader_->Position();
  return position;
}

Result<Polled> SplitStream::Next(int64_t max_rows, bool flush) {
  for (int reads = 0; reads < kReadsPerPoll; ++reads) {
    if (next_record_ < records_.size()) return DecodeNext(max_rows);
    if (flush) return Data({});
    if (file_ != nullptr) return ReadFile(max_rows);
    if (ended_) return Polled{Polled::Kind::kEnd, {}, 0};
    TRY_ASSIGN(ReadResult read, reader_->Read(max_rows));
    if (read.kind == ReadResult::Kind::kIdle) {
      return Polled{Polled::Kind::kIdle, {}, read.wait_nanos};
    }
    if (read.kind == ReadResult::Kind::kEnd) {
      ended_ = true;
      if (has_offset_) Append(JoinBytes({}, {}), chunk_offset_ + chunk_->size(), /*at_end=*/true);
      continue;
    }
    TRY_ASSIGN(Polled polled, Accept(std::move(read), max_rows));
    if (polled.kind == Polled::Kind::kEnd || polled.batch.num_rows > 0) return polled;
  }
  return Data({});
}

Result<Polled> SplitStream::Accept(ReadResult read, int64_t max_rows) {
  arrival_ = read.arrival != 0 ? read.arrival : shape_->env.clock->MonotonicNanos();
  TRY(SetMetadata(read.metadata));
  if (auto* batch = std::get_if<Batch>(&read.data)) {
    shape_->counters.records_in += static_cast<uint64_t>(batch->num_rows);
    shape_->counters.rows_out += static_cast<uint64_t>(batch->num_rows);
    if (batch->arrival == 0) batch->arrival = arrival_;
    TRY_ASSIGN(Batch shaped, Shape(std::move(*batch), shape_->from_connector));
    auto origins = std::make_shared<PlainOrigins>(split_.split, kUnknownRow);
    shaped.origins = std::move(origins);
    return Data(std::move(shaped));
  }
  if (auto* whole = std::get_if<WholeFile>(&read.data)) {
    TRY_ASSIGN(file_, shape_->format->MakeFileReader(whole->file, shape_->decode_schema,
                                                     shape_->table->format_options));
    if (split_.row > 0) TRY(file_->SeekToRow(split_.row));
    return ReadFile(max_rows);
  }
  if (auto* chunk = std::get_if<RawChunk>(&read.data)) {
    TRY(AcceptChunk(*chunk));
    if (next_record_ < records_.size()) return DecodeNext(max_rows);
  }
  return Data({});
}

Status SplitStream::AcceptChunk(const RawChunk& chunk) {
  if (shape_->decoder == nullptr) {
    return InternalError("connector '" + std::string(shape_->table->connector->name()) +
                         "' brings bytes, but table '" + shape_->table->name + "' has no format");
  }
  shape_->counters.bytes_in += chunk.bytes->size();
  if (chunk.framed) {
    messages_ = true;
    chunk_ = chunk.bytes;
    records_.clear();
    keys_.clear();
    for (const auto& [offset, length] : chunk.records) records_.push_back({offset, length});
    for (const auto& [offset, length] : chunk.keys) keys_.push_back({offset, length});
    numbers_ = chunk.numbers;
    details_ = chunk.details;
    next_record_ = 0;
    return OkStatus();
  }
  if (!has_offset_) {
    has_offset_ = true;
    done_offset_ = chunk.offset;
  }
  Append(chunk.bytes, chunk.offset, chunk.end_of_file);
  if (chunk.end_of_file) ended_ = true;
  return OkStatus();
}

void SplitStream::Append(std::shared_ptr<const std::string> bytes, uint64_t offset, bool at_end) {
  const std::string_view carried =
      chunk_ == nullptr ? std::string_view() : std::string_view(*chunk_).substr(framed_bytes_);
  chunk_offset_ = offset - carried.size();
  chunk_ = carried.empty() ? std::move(bytes) : JoinBytes(carried, *bytes);
  records_.clear();
  next_record_ = 0;
  framed_bytes_ = shape_->decoder->Frame(*chunk_, at_end, &records_);
  if (skipping_ && !records_.empty()) {
    next_record_ = 1;  // the rest of the oversized record
    skipping_ = false;
    done_offset_ = chunk_offset_ + (records_.size() > 1 ? records_[1].offset : framed_bytes_);
  }
  if (records_.empty()) SkipOversized();
}

void SplitStream::SkipOversized() {
  if (chunk_->size() - framed_bytes_ <= kMaxRecordBytes && !skipping_) return;
  if (!skipping_) {
    skipping_ = true;
    ++shape_->counters.records_in;
    ++shape_->counters.dead_lettered;
    const RecordOrigin origin{
        .split = split_.split,
        .position = "byte " + std::to_string(chunk_offset_ + framed_bytes_),
        .raw = std::string_view(*chunk_).substr(framed_bytes_, kOversizedSample)};
    shape_->dead_letters->Add({.table = shape_->table->name,
                               .stage = "decode",
                               .code = kUndecodable,
                               .reason = "the record is longer than 16 MiB; raw shows its start",
                               .origin = &origin});
  }
  framed_bytes_ = chunk_->size();
  done_offset_ = chunk_offset_ + framed_bytes_;
}

Result<Polled> SplitStream::DecodeNext(int64_t max_rows) {
  size_t count =
      std::min(records_.size() - next_record_, static_cast<size_t>(std::max<int64_t>(1, max_rows)));
  if (shape_->quarantine != nullptr) count = WithoutHeld(count);
  if (count == 0) return Data({});
  const std::span<const RecordSlice> slices(records_.data() + next_record_, count);
  Decoded decoded;
  if (messages_ && shape_->messages != nullptr) {
    const std::span<const RecordSlice> keys =
        keys_.empty() ? std::span<const RecordSlice>()
                      : std::span<const RecordSlice>(keys_.data() + next_record_, count);
    TRY_ASSIGN(decoded, shape_->messages->Decode(*chunk_, slices, keys));
  } else {
    TRY_ASSIGN(decoded, shape_->decoder->Decode(*chunk_, slices));
  }
  std::vector<int32_t> sources;
  if (messages_ && !metadata_.empty()) {
    for (int64_t row = 0; row < decoded.batch.num_rows; ++row) {
      const auto i = static_cast<size_t>(row);
      const size_t record = decoded.record_of_row.empty() ? i : decoded.record_of_row[i];
      sources.push_back(static_cast<int32_t>(next_record_ + record));
    }
  }
  shape_->counters.records_in += count;
  shape_->counters.skipped += decoded.skipped;
  shape_->counters.rows_out += static_cast<uint64_t>(decoded.batch.num_rows);
  if (decoded.record_of_row.empty() && !decoded.errors.empty()) {
    size_t error = 0;
    for (uint32_t record = 0; record < count; ++record) {
      if (error < decoded.errors.size() && decoded.errors[error].record == record) {
        ++error;
      } else {
        decoded.record_of_row.push_back(record);
      }
    }
  }
  const auto range = RangeOf(slices);
  if (!decoded.errors.empty()) TRY(Reject(decoded, *range));
  auto origins = std::make_shared<RecordOrigins>(range, std::move(decoded.record_of_row));
  StepOver(count);
  decoded.batch.arrival = arrival_;
  TRY_ASSIGN(Batch shaped, Shape(std::move(decoded.batch), shape_->from_decoded, sources));
  shaped.origins = std::move(origins);
  return Data(std::move(shaped));
}

void SplitStream::StepOver(size_t records) {
  next_record_ += records;
  if (!has_offset_) return;
  const bool last = next_record_ == records_.size();
  done_offset_ = chunk_offset_ + (last ? framed_bytes_ : records_[next_record_].offset);
}

/// What names a record for ever; nullopt for messages of a connector that numbers none.
std::optional<uint64_t> SplitStream::NumberOf(size_t record) const {
  if (!messages_) return chunk_offset_ + records_[record].offset;
  if (numbers_.empty()) return std::nullopt;
  return static_cast<uint64_t>(numbers_[record]);
}

std::optional<Quarantine::HeldRecord> SplitStream::HeldAt(uint64_t number) const {
  const auto found = std::ranges::find(held_, number, &Quarantine::HeldRecord::number);
  return found == held_.end() ? std::nullopt : std::optional(*found);
}

/// Of the next `count` records, those in front of one that is put aside; 0 if that one is the next:
/// it has been stepped over. While the run is careful no more than one.
size_t SplitStream::WithoutHeld(size_t count) {
  const bool careful = shape_->quarantine->careful();
  if (!careful && held_.empty()) return count;
  if (careful) count = 1;
  for (size_t i = 0; i < count; ++i) {
    const auto number = NumberOf(next_record_ + i);
    if (!number) return count;
    if (const auto held = HeldAt(*number)) {
      if (i > 0) return i;
      const auto range = RangeOf(std::span(records_).subspan(next_record_, 1));
      ++shape_->counters.records_in;
      PutAside(range->Of(0), held->deaths, "");
      StepOver(1);
      return 0;
    }
    if (careful) shape_->quarantine->Begin({shape_->table->name, split_.split, *number});
  }
  return count;
}

/// Whatever millrace.on-row-error says: such a record cannot be processed by failing once more.
void SplitStream::PutAside(const RecordOrigin& origin, int deaths, std::string_view row) {
  ++shape_->counters.dead_lettered;
  const std::string reason = "the process died " + std::to_string(deaths) +
                             " times in a row at this record, so it is not tried again";
  shape_->dead_letters->Add({.table = shape_->table->name,
                             .stage = "crash",
                             .code = kDeadly,
                             .reason = reason,
                             .origin = &origin,
                             .row = row,
                             .attempts = deaths});
}

/// What is needed to say where `slices`, the records at next_record_, came from.
std::shared_ptr<const RecordRange> SplitStream::RangeOf(std::span<const RecordSlice> slices) const {
  auto range = std::make_shared<RecordRange>();
  range->split = split_.split;
  range->bytes = chunk_;
  range->records.assign(slices.begin(), slices.end());
  const auto first = static_cast<std::ptrdiff_t>(next_record_);
  const auto end = first + static_cast<std::ptrdiff_t>(slices.size());
  if (!keys_.empty()) range->keys.assign(keys_.begin() + first, keys_.begin() + end);
  if (!numbers_.empty()) range->numbers.assign(numbers_.begin() + first, numbers_.begin() + end);
  if (messages_ && numbers_.empty()) range->position_note = " before " + reader_->Position();
  range->offset = chunk_offset_;
  range->details = details_;
  range->first_detail = next_record_;
  return range;
}

/// As WithoutHeld, for the rows at hand of a whole file.
int64_t SplitStream::RowsWithoutHeld(int64_t rows) {
  const bool careful = shape_->quarantine->careful();
  rows = std::min(careful ? 1 : std::max<int64_t>(1, rows), file_rest_.num_rows);
  for (const Quarantine::HeldRecord& held : held_) {
    if (held.number < split_.row) continue;
    rows = std::min(rows, static_cast<int64_t>(held.number - split_.row));
    if (rows > 0) break;
    const RecordOrigin origin = PlainOrigins(split_.split, static_cast<int64_t>(split_.row)).Of(0);
    const bool whole = shape_->decode_schema.size() == file_rest_.columns.size();
    ++shape_->counters.records_in;
    PutAside(origin, held.deaths,
             whole ? FormatRow(shape_->decode_schema, file_rest_, 0) : std::string("(not shown)"));
    file_rest_ = file_rest_.num_rows == 1 ? Batch{} : file_rest_.Slice(1, file_rest_.num_rows - 1);
    ++split_.row;
    return 0;
  }
  if (careful) shape_->quarantine->Begin({shape_->table->name, split_.split, split_.row});
  return rows;
}

Result<Polled> SplitStream::ReadFile(int64_t max_rows) {
  if (file_rest_.num_rows == 0) {
    TRY_ASSIGN(file_rest_, file_->Next());
    if (file_rest_.num_rows == 0) {
      ended_ = true;
      file_.reset();
      return Polled{Polled::Kind::kEnd, {}, 0};
    }
  }
  if (shape_->quarantine != nullptr) max_rows = RowsWithoutHeld(max_rows);
  if (max_rows == 0) return Data({});
  const int64_t rows = std::min(std::max<int64_t>(1, max_rows), file_rest_.num_rows);
  Batch batch = rows == file_rest_.num_rows ? file_rest_ : file_rest_.Slice(0, rows);
  file_rest_ =
      rows == file_rest_.num_rows ? Batch{} : file_rest_.Slice(rows, file_rest_.num_rows - rows);
  auto origins = std::make_shared<PlainOrigins>(split_.split, static_cast<int64_t>(split_.row));
  split_.row += static_cast<uint64_t>(rows);
  shape_->counters.records_in += static_cast<uint64_t>(rows);
  shape_->counters.rows_out += static_cast<uint64_t>(rows);
  batch.arrival = shape_->env.clock->MonotonicNanos();
  TRY_ASSIGN(Batch shaped, Shape(std::move(batch), shape_->from_decoded));
  shaped.origins = std::move(origins);
  return Data(std::move(shaped));
}

Status SplitStream::Reject(const Decoded& decoded, const RecordRange& range) {
  for (const DecodeError& error : decoded.errors) {
    TRY(RejectRecord(range.Of(error.record), kUndecodable, error.reason));
  }
  return OkStatus();
}

Status SplitStream::RejectRecord(const RecordOrigin& origin, std::string_view code,
                                 const std::string& reason) {
  ++shape_->counters.dead_lettered;
  if (shape_->fail_on_error) {
    return UserError(std::string(code),
                     "a record of table '" + shape_->table->name + "' cannot be decoded",
                     reason + "; " + split_.split + ", " + origin.position,
                     "SET 'millrace.on-row-error' = 'dead-letter' puts such records aside");
  }
  shape_->dead_letters->Add({.table = shape_->table->name,
                             .stage = "decode",
                             .code = code,
                             .reason = reason,
                             .origin = &origin});
  return OkStatus();
}

Result<Batch> SplitStream::Shape(Batch batch, const std::vector<int>& from,
                                 std::span<const int32_t> records) {
  std::vector<std::shared_ptr<arrow::Array>> columns;
  columns.reserve(from.size() + metadata_.size());
  for (const int column : from) {
    if (static_cast<size_t>(column) >= batch.columns.size()) {
      return InternalError("table '" + shape_->table->name + "': the connector gave " +
                           std::to_string(batch.columns.size()) + " columns");
    }
    columns.push_back(std::move(batch.columns[static_cast<size_t>(column)]));
  }
  for (const auto& value : metadata_) {
    if (value->length() != 1) {
      const bool by_row = records.empty() && value->length() == batch.num_rows;
      columns.push_back(by_row ? value : TakeRows(*value, records));
      continue;
    }
    auto scalar = value->GetScalar(0);
    if (!scalar.ok()) return std::unexpected(FromArrow(scalar.status()));
    auto repeated = arrow::MakeArrayFromScalar(**scalar, batch.num_rows);
    if (!repeated.ok()) return std::unexpected(FromArrow(repeated.status()));
    columns.push_back(*std::move(repeated));
  }
  batch.columns = std::move(columns);
  batch.timing.decoded_at = shape_->env.clock->MonotonicNanos();
  return batch;
}

Status SplitStream::SetMetadata(const std::vector<std::shared_ptr<arrow::Array>>& values) {
  if (values.size() != shape_->metadata_casts.size()) {
    return InternalError("table '" + shape_->table->name + "': " + std::to_string(values.size()) +
                         " metadata values for " + std::to_string(shape_->metadata_casts.size()) +
                         " columns");
  }
  metadata_ = values;
  for (size_t i = 0; i < metadata_.size(); ++i) {
    if (!shape_->metadata_casts[i]) continue;
    RowErrors errors;
    TRY_ASSIGN(auto cast,
               shape_->metadata_casts[i]->Evaluate(
                   {.num_rows = metadata_[i]->length(), .columns = {metadata_[i]}}, &errors));
    metadata_[i] = std::move(cast[0]);
  }
  return OkStatus();
}

}  // namespace millrace
