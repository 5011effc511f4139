// SPDX-License-Identifier: Apache-2.0
// SplitStream: one open split of a table, from bytes to batches. Frames and decodes what the
// connector's reader brings, carries an incomplete last record over to the next chunk, and knows
// the position behind the last record it handed out. Records that cannot be decoded go to the dead
// letters with their bytes. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/source_lag.h"
#include "expr/evaluator.h"
#include "formats/format.h"
#include "operators/io/dead_letters.h"
#include "operators/io/message_decoder.h"
#include "operators/io/quarantine/quarantine.h"
#include "operators/io/record_origins.h"
#include "operators/io/source_driver.h"
#include "plan/table.h"

namespace millrace {

/// What all splits of one scan on one shard share. Outlives them.
struct ScanShape {
  TablePtr table;
  const Format* format = nullptr;   // null: the connector brings batches
  Schema decode_schema;             // what decoder and file reader are made for
  std::vector<int> from_decoded;    // output column -> column of a decoded batch
  std::vector<int> from_connector;  // output column -> column of a connector's batch
  std::vector<std::optional<Evaluator>> metadata_casts;  // to the declared type, where it differs
  std::unique_ptr<RecordDecoder> decoder;
  std::unique_ptr<MessageDecoder> messages;  // tables whose records have keys or nulls
  Environment env;
  DeadLetterBuffer* dead_letters = nullptr;
  bool fail_on_error = false;
  Quarantine* quarantine = nullptr;  // or null
  SourceCounters counters;
};

class SplitStream {
 public:
  /// `start.position` empty and `start.row` 0: from the beginning.
  static Result<std::unique_ptr<SplitStream>> Open(ScanShape* shape, Source* source,
                                                   const SplitPosition& start);

  /// With `flush` nothing is read: only records at hand come out.
  Result<SourceDriver::Polled> Next(int64_t max_rows, bool flush);
  /// False inside a chunk of messages that has one position for all of them.
  bool AtBoundary() const {
    return !messages_ || !numbers_.empty() || next_record_ == records_.size();
  }
  /// REQUIRES: AtBoundary().
  SplitPosition Position() const;
  const std::string& split() const { return split_.split; }
  LagReporter* lag() { return lag_; }  // null: the reader cannot tell
  /// What keeps the connector from reading, or empty.
  std::string Waiting() const { return reader_->Waiting(); }

 private:
  SplitStream(ScanShape* shape, const SplitPosition& start);

  Result<SourceDriver::Polled> Accept(ReadResult read, int64_t max_rows);
  Status AcceptChunk(const RawChunk& chunk);
  void Append(std::shared_ptr<const std::string> bytes, uint64_t offset, bool at_end);
  void SkipOversized();
  Result<SourceDriver::Polled> DecodeNext(int64_t max_rows);
  Result<SourceDriver::Polled> ReadFile(int64_t max_rows);
  void StepOver(size_t records);
  std::optional<uint64_t> NumberOf(size_t record) const;
  std::optional<Quarantine::HeldRecord> HeldAt(uint64_t number) const;
  size_t WithoutHeld(size_t count);
  int64_t RowsWithoutHeld(int64_t rows);
  void PutAside(const RecordOrigin& origin, int deaths, std::string_view row);
  std::shared_ptr<const RecordRange> RangeOf(std::span<const RecordSlice> slices) const;
  Status Reject(const Decoded& decoded, const RecordRange& range);
  Status RejectRecord(const RecordOrigin& origin, std::string_view code, const std::string& reason);
  /// `records`: per row, which value of a metadata column that has one per record; empty: as they
  /// come.
  Result<Batch> Shape(Batch batch, const std::vector<int>& from,
                      std::span<const int32_t> records = {});
  Status SetMetadata(const std::vector<std::shared_ptr<arrow::Array>>& values);
  ScanShape* shape_;
  SplitPosition split_;
  std::unique_ptr<SplitReader> reader_;
  LagReporter* lag_ = nullptr;  // the reader
  std::shared_ptr<const std::string>
      chunk_;                         // bytes at hand: a whole chunk, or carried over + chunk
  std::vector<RecordSlice> records_;  // complete records in it
  std::vector<RecordSlice> keys_;     // of messages; empty or one per record
  std::vector<int64_t> numbers_;      // of messages; empty or one per record
  std::shared_ptr<const RecordDetails> details_;  // of messages; may be null
  size_t next_record_ = 0;
  size_t framed_bytes_ = 0;    // end of the last complete record
  uint64_t chunk_offset_ = 0;  // offset of chunk_[0] in the split
  uint64_t done_offset_ = 0;   // behind the last record handed out (streams)
  bool has_offset_ = false;
  bool messages_ = false;  // chunks come with their records
  bool skipping_ = false;  // inside a record that is longer than allowed
  bool ended_ = false;
  int64_t arrival_ = 0;
  std::vector<Quarantine::HeldRecord> held_;  // records that are read over
  std::unique_ptr<FileReader> file_;
  Batch file_rest_;                                      // read from it, not handed out yet
  std::vector<std::shared_ptr<arrow::Array>> metadata_;  // length 1, or one value per record
};

}  // namespace millrace
